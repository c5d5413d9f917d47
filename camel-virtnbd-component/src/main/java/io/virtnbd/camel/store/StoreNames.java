/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import java.util.Arrays;

/** Names of files relative to a store. */
final class StoreNames {

    private StoreNames() {
    }

    /**
     * Names come from manifests and lists, and what reads them may take them for paths.
     *
     * @throws StoreException if it leads out of the store, or is not the only one of its file
     */
    static void check(String name, String store) throws StoreException {
        if (name.indexOf('\0') >= 0 || Arrays.stream(name.split("/", -1))
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw new StoreException(store + ": expected a name relative to the store, found '" + name + "'");
        }
    }
}
