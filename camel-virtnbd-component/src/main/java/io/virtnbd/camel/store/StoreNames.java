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

    /** Whether it leads to one file in the store, also where it is taken for a path. */
    static boolean isRelative(String name) {
        return name.indexOf('\0') < 0 && Arrays.stream(name.split("/", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    }

    /**
     * Names come from manifests, too.
     *
     * @throws StoreException if it is not {@link #isRelative}
     */
    static void check(String name, String store) throws StoreException {
        if (!isRelative(name)) {
            throw new StoreException(store + ": expected a name relative to the store, found '" + name + "'");
        }
    }
}
