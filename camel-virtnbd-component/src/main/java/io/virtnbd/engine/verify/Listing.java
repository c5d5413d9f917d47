/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.ManifestEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * What a manifest says of a file.
 *
 * @param checkpoint the manifest's
 */
record Listing(ManifestEntry entry, String checkpoint) {

    static List<Listing> both(List<Listing> some, List<Listing> others) {
        List<Listing> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }
}
