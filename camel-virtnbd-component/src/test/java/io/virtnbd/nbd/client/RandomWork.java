/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.protocol.CommandFlags;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Random requests whose effect is compared with an array; starts from an export of zeroes of at most some MiB. */
final class RandomWork {

    private static final int LARGEST = 300_000;

    private RandomWork() {
    }

    /** Returns what the export then holds. */
    static byte[] run(NbdClient client, Path directory, long seed, int rounds) throws Exception {
        Random random = new Random(seed);
        int block = client.export().blockSize().minimum();
        byte[] model = new byte[(int) client.export().size()];
        byte[] noise = new byte[LARGEST + (1 << 20)];
        random.nextBytes(noise);
        Path noiseFile = directory.resolve("noise");
        Files.write(noiseFile, noise);
        try (FileChannel file = FileChannel.open(noiseFile, StandardOpenOption.READ)) {
            List<CompletableFuture<?>> pending = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                int length = Math.max(1, random.nextInt(LARGEST) / block) * block;
                int offset = random.nextInt((model.length - length) / block + 1) * block;
                int from = random.nextInt(1 << 20);
                int fua = client.export().canFua() && random.nextInt(10) == 0 ? CommandFlags.FUA : 0;
                // requests in flight may be served in any order, so those that depend on one another wait
                awaitAll(pending);
                switch (random.nextInt(5)) {
                    case 0 -> {
                        System.arraycopy(noise, from, model, offset, length);
                        pending.add(client.write(offset, ByteBuffer.wrap(noise, from, length), fua));
                    }
                    case 1 -> {
                        System.arraycopy(noise, from, model, offset, length);
                        pending.add(client.write(offset, file, from, length, fua));
                    }
                    case 2 -> {
                        Arrays.fill(model, offset, offset + length, (byte) 0);
                        pending.add(client.writeZeroes(offset, length, fua | (i % 2 == 0 ? CommandFlags.NO_HOLE : 0)));
                    }
                    case 3 -> pending.add(client.flush());
                    default -> compare(client, model, offset, length, "seed " + seed + ", round " + i, pending);
                }
            }
            awaitAll(pending);
            compare(client, model, 0, model.length, "seed " + seed + ", at the end", pending);
            awaitAll(pending);
        }
        return model;
    }

    private static void compare(NbdClient client, byte[] model, int offset, int length, String when,
            List<CompletableFuture<?>> pending) {
        byte[] expected = Arrays.copyOfRange(model, offset, offset + length);
        int half = length / 2 / 4096 * 4096;
        ByteBuffer target = ByteBuffer.allocateDirect(length);
        CompletableFuture<Void> first = half == 0 ? CompletableFuture.completedFuture(null)
                : client.read(offset, target.slice(0, half));
        CompletableFuture<Void> second = client.read(offset + half, target.slice(half, length - half));
        pending.add(first.thenCombine(second, (a, b) -> {
            byte[] found = new byte[length];
            target.get(0, found);
            assertThat(Arrays.mismatch(expected, found)).as(when).isEqualTo(-1);
            return null;
        }));
    }

    private static void awaitAll(List<CompletableFuture<?>> pending) throws Exception {
        for (CompletableFuture<?> future : pending) {
            NbdClient.await(future);
        }
        pending.clear();
    }
}
