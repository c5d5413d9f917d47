/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

/**
 * Names of domains with {@code *} for any characters and {@code ?} for one, which cannot stand in the URI of an endpoint,
 * though.
 */
final class DomainPattern {

    private DomainPattern() {
    }

    /** @param name can be null, which is none */
    static boolean isPattern(String name) {
        return name != null && (name.indexOf('*') >= 0 || name.indexOf('?') >= 0);
    }

    /** @throws IllegalArgumentException if it is a pattern */
    static void requireNone(String name) {
        if (isPattern(name)) {
            throw new IllegalArgumentException("the domain is '" + name + "', expected one domain: only a scheduled backup"
                    + " takes a pattern");
        }
    }
}
