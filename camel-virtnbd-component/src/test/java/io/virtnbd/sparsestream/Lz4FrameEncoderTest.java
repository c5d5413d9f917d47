/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Lz4FrameEncoderTest {

    private static final int BLOCK = 256 << 10;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 12345})
    void isDecodedByAll(int length) throws IOException {
        byte[] bytes = Lz4Samples.mixed(length, length);
        for (int level : new int[] {0, 1, 2, 3, 9, 99}) {
            byte[] frame = Lz4Samples.encode(new Lz4FrameEncoder(level), bytes);

            assertThat(Arrays.equals(Lz4Samples.decode(length, frame), bytes)).as("level %d", level).isTrue();
            assertThat(Arrays.equals(Lz4Samples.decodedByCommonsCompress(frame), bytes)).as("level %d", level).isTrue();
            assertThat(Arrays.equals(new LZ4FrameInputStream(new ByteArrayInputStream(frame)).readAllBytes(), bytes))
                    .as("level %d", level).isTrue();
        }
    }

    @Test
    void writesIndependentBlocksWithEveryChecksumAndTheSize() {
        byte[] frame = Lz4Samples.encode(new Lz4FrameEncoder(0), new byte[0x12345]);

        assertThat(HexFormat.of().formatHex(frame, 0, 14)).isEqualTo("04224d18" + "7c50" + "4523010000000000");
    }

    @Test
    void isDenserAtHighLevels() {
        byte[] bytes = Lz4Samples.mixed(1 << 20, 3);

        assertThat(Lz4Samples.encode(new Lz4FrameEncoder(9), bytes)).hasSizeLessThan(
                Lz4Samples.encode(new Lz4FrameEncoder(0), bytes).length);
    }

    @Test
    void storesWhatCannotBeCompressed() throws IOException {
        byte[] noise = new byte[2 * BLOCK + 1];
        new Random(4).nextBytes(noise);
        byte[] frame = Lz4Samples.encode(new Lz4FrameEncoder(0), noise);

        assertThat(frame).hasSize(15 + 3 * 8 + noise.length + 8);
        assertThat(Arrays.equals(Lz4Samples.decode(noise.length, frame), noise)).isTrue();
    }

    @Test
    void writesTheSameFromAndIntoAnyBuffer() {
        byte[] bytes = Lz4Samples.mixed(BLOCK + 5000, 5);
        byte[] expected = Lz4Samples.encode(new Lz4FrameEncoder(0), bytes);
        int room = Lz4FrameEncoder.maxEncodedLength(bytes.length);
        for (boolean fromDirect : new boolean[] {true, false}) {
            for (boolean toDirect : new boolean[] {true, false}) {
                ByteBuffer source = slice(fromDirect, bytes.length).put(bytes).flip();
                ByteBuffer target = slice(toDirect, room + 7).position(7);
                int written = new Lz4FrameEncoder(0).encode(source, target);

                assertThat(target.position()).isEqualTo(7 + written);
                assertThat(source.hasRemaining()).isFalse();
                byte[] found = new byte[written];
                target.get(7, found);
                assertThat(Arrays.equals(found, expected)).as("%s to %s", fromDirect, toDirect).isTrue();
            }
        }
    }

    @Test
    void asksForEnoughRoom() {
        Lz4FrameEncoder encoder = new Lz4FrameEncoder(0);
        for (int length : new int[] {1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK}) {
            byte[] noise = new byte[length];
            new Random(length).nextBytes(noise);
            int room = Lz4FrameEncoder.maxEncodedLength(length);
            assertThat(encoder.encode(ByteBuffer.wrap(noise), ByteBuffer.allocate(room))).isLessThanOrEqualTo(room);
            assertThatThrownBy(() -> encoder.encode(ByteBuffer.wrap(noise), ByteBuffer.allocate(room - 1)))
                    .isInstanceOf(BufferOverflowException.class);
        }
        assertThatThrownBy(() -> Lz4FrameEncoder.maxEncodedLength(Integer.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void refusesNothingToEncodeAndNegativeLevels() {
        assertThatThrownBy(() -> new Lz4FrameEncoder(0).encode(ByteBuffer.allocate(0), ByteBuffer.allocate(9999)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Lz4FrameEncoder(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteBuffer slice(boolean direct, int length) {
        ByteBuffer whole = direct ? ByteBuffer.allocateDirect(length + 3) : ByteBuffer.allocate(length + 3);
        return whole.slice(3, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
