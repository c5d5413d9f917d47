/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged streams, by chance: each is refused with an offset within it, or is whole. */
class StreamFuzzTest {

    private static final List<byte[]> SEEDS = List.of(GoldenStreams.read(GoldenStreams.chain("lz4").get(4)),
            GoldenStreams.read(GoldenStreams.chain("lz4").get(1)), GoldenStreams.read(GoldenStreams.chain("plain").get(4)),
            StreamBytes.plain(4096, 20).data(100, new byte[10]).zero(110, 90).data(200, new byte[10]).stop().toBytes(),
            StreamBytes.lz4(4096, 0).zero(0, 5).zero(10, 7).stop().trailer("[]").toBytes());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isRefusedOrWhole(long seed) throws IOException {
        Random random = new Random(seed);
        int refused = 0;
        int rounds = 400;
        for (int round = 0; round < rounds; round++) {
            byte[] stream = damage(SEEDS.get(random.nextInt(SEEDS.size())), random);
            try {
                SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream));
                if (random.nextBoolean()) {
                    StreamApplier.drain(reader);
                } else {
                    scan(reader);
                }
            } catch (MalformedStreamException e) {
                assertThat(e.offset()).as("seed %d, round %d: %s", seed, round, e.getMessage())
                        .isBetween(0L, (long) stream.length);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(rounds / 2);
    }

    private static void scan(SparseStreamReader reader) throws IOException {
        Lz4FrameDecoder decoder = new Lz4FrameDecoder();
        ByteBuffer block = ByteBuffer.allocate(4 << 20);
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (frame instanceof DataFrame data && reader.metadata().compressed()) {
                decoder.begin(data);
                for (Lz4Element e = reader.nextLz4Element(block.clear()); e != null; e = reader.nextLz4Element(block.clear())) {
                    decoder.decode(e);
                }
                decoder.finish();
            }
        }
    }

    private static byte[] damage(byte[] stream, Random random) {
        byte[] damaged = stream.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(damaged.length);
            int to = Math.min(damaged.length, at + 1 + random.nextInt(1 << random.nextInt(8)));
            switch (random.nextInt(5)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                case 2 -> damaged = join(damaged, at, damaged, to);
                case 3 -> damaged = join(damaged, to, damaged, at);
                default -> {
                    byte[] digits = String.format("%016x", random.nextLong() >>> random.nextInt(64))
                            .getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(digits, 0, damaged, at, Math.min(digits.length, damaged.length - at));
                }
            }
        }
        return damaged;
    }

    /** The first one's bytes before an index and the second one's after another: a piece cut out, or twice there. */
    private static byte[] join(byte[] first, int end, byte[] second, int start) {
        byte[] joined = Arrays.copyOf(first, Math.max(end + second.length - start, 1));
        System.arraycopy(second, start, joined, end, second.length - start);
        return joined;
    }
}
