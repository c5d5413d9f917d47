/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.source;

import io.virtnbd.engine.restore.StreamInput;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that can be opened as often as one likes, but is no file.
 *
 * @param name   for errors
 * @param opener opens it at its start
 */
public record ReopenableInput(String name, Opener opener) implements StreamInput {

    @Override
    public InputStream open() throws IOException {
        return opener.open();
    }

    @Override
    public boolean reopenable() {
        return true;
    }

    /** Opens the stream at its start. */
    public interface Opener {

        InputStream open() throws IOException;
    }
}
