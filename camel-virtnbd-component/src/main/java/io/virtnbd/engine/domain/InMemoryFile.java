/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.ReopenableStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.OptionalLong;

/** A small file's content as it was when the backup began. The array is not copied. */
record InMemoryFile(byte[] content) implements ReopenableStream {

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(content);
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.of(content.length);
    }
}
