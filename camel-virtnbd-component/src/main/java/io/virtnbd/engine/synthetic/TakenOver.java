/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** A file of a store, taken over as it is. */
record TakenOver(StoredFile file) implements ReopenableStream {

    @Override
    public InputStream open() throws IOException {
        return file.open();
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.of(file.bytes());
    }
}
