/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.store.StoredFile;
import java.util.List;

/** Compares one file with what manifests say of it. */
final class ListingCheck {

    private final StoredFile file;
    private final String name;
    private final List<Listing> listings;
    private final Problems problems;

    /** @param name relative to the set */
    ListingCheck(StoredFile file, String name, List<Listing> listings, Problems problems) {
        this.file = file;
        this.name = name;
        this.listings = listings;
        this.problems = problems;
    }

    boolean hasSha256() {
        return listings.stream().anyMatch(listing -> listing.entry().sha256() != null);
    }

    /** Whether the size is as it should be. */
    boolean size() {
        for (Listing listing : listings) {
            long expected = listing.entry().bytes();
            if (file.bytes() != expected) {
                problems.add(Problem.of(name, file.bytes() < expected ? ProblemKind.TRUNCATED : ProblemKind.DAMAGED,
                        expected + " bytes", file.bytes() + " bytes", file + ": expected " + expected + " bytes as in the"
                                + " manifest of " + listing.checkpoint() + ", found " + file.bytes()));
                return false;
            }
        }
        return true;
    }

    /** Whether the content is as it should be. */
    boolean sha256(String found) {
        for (Listing listing : listings) {
            String expected = listing.entry().sha256();
            if (expected != null && !expected.equals(found)) {
                problems.add(Problem.of(name, ProblemKind.DAMAGED, "SHA-256 " + expected, "SHA-256 " + found, file
                        + ": expected SHA-256 " + expected + " as in the manifest of " + listing.checkpoint() + ", found "
                        + found));
                return false;
            }
        }
        return true;
    }
}
