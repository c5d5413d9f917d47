/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A disk in memory with random content, served over a unix socket. */
public final class ServedDisk implements AutoCloseable {

    private final Path directory;
    private final NbdServer server;
    private final MemoryExport export;

    public ServedDisk(long size) throws IOException {
        directory = Files.createTempDirectory("served");
        export = new MemoryExport(size);
        server = NbdServer.builder().export("", export).unixSocket(directory.resolve("s")).build();
        server.start();
    }

    public NbdUri uri() {
        return NbdUri.parse(server.uri(""));
    }

    public void write(long offset, byte[] data) throws IOException {
        export.write(offset, ByteBuffer.wrap(data));
    }

    /** Writes pieces that compress, pieces that do not and pieces of zeroes to random places. */
    public void fill(Random random, int pieces, int maxLength) throws IOException {
        for (int i = 0; i < pieces; i++) {
            byte[] data = new byte[1 + random.nextInt(maxLength)];
            switch (random.nextInt(3)) {
                case 0 -> random.nextBytes(data);
                case 1 -> {
                    for (int j = 0; j < data.length; j++) {
                        data[j] = (byte) (j / 100 + i);
                    }
                }
                default -> { }
            }
            write(random.nextLong(export.size() - data.length), data);
        }
    }

    public byte[] content() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(export.size()));
        export.read(0, content);
        return content.array();
    }

    @Override
    public void close() throws IOException {
        server.close();
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
