/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compares the files of a directory with a manifest. */
final class ManifestVerifier {

    private static final int MAX_REPORTED = 10;

    private final Path directory;

    private final boolean checksums;

    ManifestVerifier(Path directory, boolean checksums) {
        this.directory = directory;
        this.checksums = checksums;
    }

    void verify(Manifest manifest) throws IOException {
        List<String> problems = new ArrayList<>();
        int differing = 0;
        for (ManifestEntry entry : manifest.artifacts()) {
            String problem = problem(entry);
            if (problem != null && differing++ < MAX_REPORTED) {
                problems.add(problem);
            }
        }
        if (differing > 0) {
            throw new ChainException("backup " + manifest.checkpoint() + " of domain " + manifest.domain() + " in " + directory
                    + " is not as its manifest says: " + String.join("; ", problems)
                    + (differing > MAX_REPORTED ? "; and " + (differing - MAX_REPORTED) + " more" : ""));
        }
    }

    /** What is wrong with an artifact, or null. */
    private String problem(ManifestEntry entry) throws IOException {
        Path file;
        try {
            file = directory.resolve(entry.name());
        } catch (InvalidPathException e) {
            return entry.name() + " cannot be a file name on this platform";
        }
        if (!Files.exists(file)) {
            return entry.name() + " is missing";
        }
        if (!Files.isRegularFile(file)) {
            return entry.name() + " is not a regular file";
        }
        long size = Files.size(file);
        if (size != entry.bytes()) {
            return entry.name() + ": expected " + entry.bytes() + " bytes, found " + size;
        }
        if (!checksums || entry.sha256() == null) {
            return null;
        }
        String found = Sha256.of(file);
        return found.equals(entry.sha256()) ? null : entry.name() + ": expected SHA-256 " + entry.sha256() + ", found " + found;
    }
}
