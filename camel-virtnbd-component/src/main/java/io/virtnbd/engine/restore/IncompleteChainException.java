/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.IOException;
import java.util.List;

/**
 * A stream came before what it builds on, or a restore was to be complete before all streams had come. Nothing was changed, and
 * the same can be tried again later.
 */
public final class IncompleteChainException extends IOException {

    private static final long serialVersionUID = 1L;

    private final List<String> missing;

    /** @param missing what has to come first */
    public IncompleteChainException(String message, List<String> missing) {
        super(message);
        this.missing = List.copyOf(missing);
    }

    /** What has to come first, in words. */
    public List<String> missing() {
        return missing;
    }
}
