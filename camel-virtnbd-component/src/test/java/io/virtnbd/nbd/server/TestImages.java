/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Random;

/** Raw images for tests. */
final class TestImages {

    private TestImages() {
    }

    /** A sparse image of which about half is data, in pieces of 64 KiB to 1 MiB; the same for the same seed. */
    static Path sparse(Path file, long size, long seed) throws IOException {
        Random random = new Random(seed);
        try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
            image.setLength(size);
            for (long at = 0; at < size;) {
                int length = (int) Math.min(size - at, (1 + random.nextInt(16)) * 65_536L);
                if (random.nextBoolean()) {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    image.seek(at);
                    image.write(data);
                }
                at += length;
            }
        }
        return file;
    }

    static Path empty(Path file, long size) throws IOException {
        try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
            image.setLength(size);
        }
        return file;
    }
}
