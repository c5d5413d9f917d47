/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** A stream to restore from. */
public interface StreamInput {

    /** Names the stream in messages. */
    String name();

    /**
     * Starts a reading from the start of the stream. The caller closes it.
     *
     * @throws IOException if it cannot be read, or not another time
     */
    InputStream open() throws IOException;

    /** Whether the stream can be opened more than once. */
    boolean reopenable();

    /** Bytes of the stream, where they are known without reading it. */
    default OptionalLong bytes() throws IOException {
        return OptionalLong.empty();
    }

    /** The file that the stream is in, which is faster to read than {@link #open}. */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /** A stream in a file. */
    static StreamInput of(Path path) {
        return new StreamInput() {
            @Override
            public String name() {
                return path.toString();
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(path);
            }

            @Override
            public boolean reopenable() {
                return true;
            }

            @Override
            public OptionalLong bytes() throws IOException {
                return OptionalLong.of(Files.size(path));
            }

            @Override
            public Optional<Path> file() {
                return Optional.of(path);
            }
        };
    }

    /** A stream in a store. */
    static StreamInput of(StoredFile file) {
        Optional<Path> path = file.path();
        if (path.isPresent()) {
            return of(path.get());
        }
        return new StreamInput() {
            @Override
            public String name() {
                return file.toString();
            }

            @Override
            public InputStream open() throws IOException {
                return file.open();
            }

            @Override
            public boolean reopenable() {
                return true;
            }

            @Override
            public OptionalLong bytes() {
                return OptionalLong.of(file.bytes());
            }
        };
    }

    /** A stream that can be read once, from where it stands. */
    static StreamInput of(String name, InputStream stream) {
        return new StreamInput() {
            private boolean opened;

            @Override
            public String name() {
                return name;
            }

            @Override
            public InputStream open() throws IOException {
                if (opened) {
                    throw new IOException(name + " can be read only once");
                }
                opened = true;
                return stream;
            }

            @Override
            public boolean reopenable() {
                return false;
            }
        };
    }
}
