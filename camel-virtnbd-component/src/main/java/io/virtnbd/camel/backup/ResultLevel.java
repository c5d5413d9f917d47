/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.chain.Level;
import java.util.EnumMap;
import java.util.Map;

/**
 * The level in the headers of results. It has the text that a request has too, but is another object, so that what one backup
 * has left in a message is not taken for a request by the next one in the route.
 */
final class ResultLevel {

    private static final Map<Level, String> TEXTS = new EnumMap<>(Level.class);

    static {
        for (Level level : Level.values()) {
            TEXTS.put(level, new String(level.label()));
        }
    }

    private ResultLevel() {
    }

    static String of(Level level) {
        return TEXTS.get(level);
    }

    /** Whether a header's value comes from {@link #of}. */
    static boolean isResult(Object value) {
        return TEXTS.values().stream().anyMatch(text -> text == value);
    }
}
