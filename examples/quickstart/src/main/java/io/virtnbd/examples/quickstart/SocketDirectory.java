/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory of this user alone for a unix socket. It is not in the output directory because the path of a socket can have
 * little more than 100 bytes.
 */
record SocketDirectory(Path path) implements Closeable {

    static SocketDirectory create() throws IOException {
        return new SocketDirectory(Files.createTempDirectory("quickstart-"));
    }

    Path socket() {
        return path.resolve("nbd.sock");
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(socket());
        Files.deleteIfExists(path);
    }
}
