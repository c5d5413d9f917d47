/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * A sparse stream that can be read any number of times, each time from its start and with the same content, as long as what it
 * comes from is open. Safe for use by several threads, each with an input stream of its own.
 */
public interface ReopenableStream {

    /**
     * Starts a reading. The caller closes it, also after a failure.
     *
     * @throws IOException if the source is closed or cannot be reached
     */
    InputStream open() throws IOException;

    /** The exact number of bytes, where it is known before the first one is read. */
    OptionalLong length();
}
