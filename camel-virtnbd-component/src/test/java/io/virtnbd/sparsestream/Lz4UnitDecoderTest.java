/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.BlockSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Units of LZ4 frames in any order. */
class Lz4UnitDecoderTest {

    private static final int PREFIX = 123;
    private static final int KIB_64 = 64 << 10;
    /** Of an end mark. */
    private static final int END = 4;
    /** Of a frame without a content size. */
    private static final int HEADER = 7;

    /** A stream of which a frame is a part. */
    private static final class Stream implements StreamAccess {

        private final byte[] bytes;
        private long count;

        Stream(byte[] frame) {
            bytes = new byte[PREFIX + frame.length + 2];
            System.arraycopy(frame, 0, bytes, PREFIX, frame.length);
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            count += target.remaining();
            target.put(bytes, (int) offset, target.remaining());
        }

        Lz4Layout layout(int length) throws IOException {
            return Lz4Layout.read(this, PREFIX, bytes.length - PREFIX - 2L, length).orElse(null);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,K64,true,1500000", "2,K64,false,1500000", "3,K64,true,2000000", "4,K256,false,262144", "5,M1,false,3000000",
            "6,K64,true,65536", "7,K64,true,1", "8,M4,false,5000000", "9,K64,true,1048576"})
    void eachUnitIsWhatTheFrameHoldsThere(long seed, BlockSize size, boolean linked, int length) throws IOException {
        byte[] content = Lz4Samples.mixed(length, seed);
        Stream stream = new Stream(Lz4Samples.frame(content, size, linked, true, true));
        Lz4Layout layout = stream.layout(length);
        assertThat(layout.linked()).isEqualTo(linked);
        Lz4UnitDecoder decoder = new Lz4UnitDecoder();
        Map<Integer, byte[]> histories = new HashMap<>();
        histories.put(0, null);
        int units = (length - 1) / layout.unit() + 1;
        Random random = new Random(seed);
        for (int i = 0; i < 3 * units; i++) {
            int unit = random.nextInt(units);
            int first = unit;
            while (linked && !histories.containsKey(first)) {
                first--;
            }
            byte[] found = new byte[layout.unitLength(unit)];
            decoder.decode(stream, layout, first, linked ? histories.get(first) : null, unit, found, next -> {
                if (random.nextBoolean()) {
                    histories.put(next, decoder.history());
                }
            });
            int from = unit * layout.unit();
            assertThat(Arrays.equals(found, 0, found.length, content, from, from + layout.unitLength(unit)))
                    .as("seed %d, unit %d from %d", seed, unit, first).isTrue();
        }
    }

    @Test
    void ofIndependentBlocksOnlyThoseOfTheUnitAreRead() throws IOException {
        byte[] content = new byte[8 << 20];
        new Random(1).nextBytes(content);
        Stream stream = new Stream(Lz4Samples.encode(new Lz4FrameEncoder(1), content));
        Lz4Layout layout = stream.layout(content.length);
        new Lz4UnitDecoder().decode(stream, layout, 17, null, 17, new byte[layout.unit()], passed -> { });
        assertThat(stream.count).isLessThan(2L * layout.unit());
    }

    @Test
    void damageIsFoundInTheBlockThatIsRead() throws IOException {
        byte[] content = Lz4Samples.mixed(1 << 20, 5);
        byte[] frame = Lz4Samples.encode(new Lz4FrameEncoder(1), content);
        frame[40] ^= 1;
        Stream stream = new Stream(frame);
        Lz4Layout layout = stream.layout(content.length);
        Lz4UnitDecoder decoder = new Lz4UnitDecoder();
        assertThatThrownBy(() -> decoder.decode(stream, layout, 0, null, 0, new byte[layout.unit()], passed -> { }))
                .isInstanceOf(MalformedStreamException.class).hasMessageContaining("block checksum");
        byte[] found = new byte[layout.unit()];
        decoder.decode(stream, layout, 1, null, 1, found, passed -> { });
        assertThat(found).isEqualTo(Arrays.copyOfRange(content, layout.unit(), 2 * layout.unit()));
    }

    @Test
    void aFrameWithoutBlockChecksumsHasNoUnits() throws IOException {
        byte[] content = Lz4Samples.mixed(300_000, 1);
        assertThat(new Stream(Lz4Samples.frame(content, BlockSize.K64, false, false, true)).layout(content.length)).isNull();
        assertThat(new Stream(Lz4Samples.frame(content, BlockSize.K64, false, true, true)).layout(content.length - 1)).isNull();
        assertThat(new Stream(Arrays.copyOf(Lz4Samples.frame(content, BlockSize.K64, false, true, true), 1000)).layout(300_000))
                .isNull();
    }

    /** Two blocks for what two blocks can hold, of which the first is not full: nobody can tell by their number. */
    @Test
    void aFrameWithAShortBlockHasNoUnits() throws IOException {
        byte[] first = Lz4Samples.frame(Lz4Samples.mixed(KIB_64 - 100, 1), BlockSize.K64, false, true, false);
        byte[] second = Lz4Samples.frame(Lz4Samples.mixed(KIB_64, 2), BlockSize.K64, false, true, false);
        byte[] frame = Arrays.copyOf(first, first.length - END + second.length - HEADER);
        System.arraycopy(second, HEADER, frame, first.length - END, second.length - HEADER);
        assertThat(Lz4Samples.decodedByCommonsCompress(frame)).hasSize(2 * KIB_64 - 100);
        assertThat(new Stream(frame).layout(2 * KIB_64 - 100)).isNull();
    }
}
