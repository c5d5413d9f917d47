/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

/**
 * A file as a store has listed it.
 *
 * @param name  relative to the store
 * @param bytes size, or {@link #UNKNOWN}
 * @param tag   what is another when the content is, or null
 */
record StoreFile(String name, long bytes, String tag) {
    static final long UNKNOWN = -1;

    /** One that was not listed. */
    static StoreFile unlisted(String name) {
        return new StoreFile(name, UNKNOWN, null);
    }
}
