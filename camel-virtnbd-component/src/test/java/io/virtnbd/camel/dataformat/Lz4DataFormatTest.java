/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.ZeroFrame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Lz4DataFormatTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Lz4DataFormat lz4 = new Lz4DataFormat();

    @AfterEach
    void stop() {
        context.stop();
    }

    private byte[] marshal(byte[] bytes) throws Exception {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) bytes.length);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        lz4.marshal(exchange, bytes, compressed);
        assertThat(exchange.getMessage().getHeader(VirtNbdConstants.CONTENT_LENGTH)).isEqualTo((long) compressed.size());
        return compressed.toByteArray();
    }

    private byte[] unmarshal(byte[] bytes) throws Exception {
        Exchange exchange = new DefaultExchange(context);
        byte[] plain = (byte[]) lz4.unmarshal(exchange, new ByteArrayInputStream(bytes));
        assertThat(exchange.getMessage().getHeader(VirtNbdConstants.CONTENT_LENGTH)).isEqualTo((long) plain.length);
        return plain;
    }

    private static byte[] frame(long start, byte[] payload) {
        return EncodedFrames.of(new DataFrame(start, payload.length), ByteBuffer.wrap(payload));
    }

    @Test
    void aStreamIsCompressedAndBack() throws Exception {
        byte[] compressed = marshal(TestStream.plain());

        assertThat(compressed).isEqualTo(TestStream.compressed()).hasSizeLessThan(TestStream.plain().length);
        assertThat(unmarshal(compressed)).isEqualTo(TestStream.plain());
    }

    @Test
    void theLevelStandsInTheMetadata() throws Exception {
        lz4.setCompressionLevel(9);

        try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(marshal(TestStream.plain())))) {
            assertThat(reader.metadata().compressionLevel()).hasValue(9);
        }
    }

    @Test
    void aDataFrameKeepsItsHeader() throws Exception {
        byte[] frame = frame(4096, Arrays.copyOf(TestStream.content(), 90_000));

        byte[] compressed = marshal(frame);

        assertThat(Arrays.copyOf(compressed, 40)).isEqualTo(Arrays.copyOf(frame, 40));
        assertThat(compressed).hasSizeLessThan(frame.length / 2).endsWith('\r', '\n');
        assertThat(unmarshal(compressed)).isEqualTo(frame);
    }

    @Test
    void framesWithoutDataStayAsTheyAre() throws Exception {
        for (byte[] frame : new byte[][] {EncodedFrames.of(new ZeroFrame(5, 10)), EncodedFrames.of(new StopFrame())}) {
            assertThat(marshal(frame)).isEqualTo(frame);
            assertThat(unmarshal(frame)).isEqualTo(frame);
        }
    }

    @Test
    void randomFramesAreCompressedAndBack() throws Exception {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            byte[] payload = new byte[1 + random.nextInt(100_000)];
            random.nextBytes(payload);
            Arrays.fill(payload, 0, random.nextInt(payload.length), (byte) random.nextInt());
            byte[] frame = frame(random.nextInt(1 << 30), payload);
            assertThat(unmarshal(marshal(frame))).as("seed %d", seed).isEqualTo(frame);
        }
    }

    @Test
    void everyDamageOfACompressedPayloadIsNoticed() throws Exception {
        byte[] compressed = marshal(frame(0, new byte[300]));

        for (int i = 40; i < compressed.length; i++) {
            byte[] damaged = compressed.clone();
            damaged[i] ^= 4;
            assertThatThrownBy(() -> unmarshal(damaged)).as("byte %d", i).isInstanceOf(MalformedStreamException.class);
        }
    }

    @Test
    void everyTruncationOfAFrameIsNoticed() throws Exception {
        byte[] frame = frame(0, new byte[] {1, 2, 3});
        byte[] compressed = marshal(frame);

        for (int i = 0; i < frame.length; i++) {
            byte[] part = Arrays.copyOf(frame, i);
            assertThatThrownBy(() -> marshal(part)).as("plain, %d bytes", i).isInstanceOf(MalformedStreamException.class);
        }
        for (int i = 0; i < compressed.length; i++) {
            byte[] part = Arrays.copyOf(compressed, i);
            assertThatThrownBy(() -> unmarshal(part)).as("compressed, %d bytes", i)
                    .isInstanceOf(MalformedStreamException.class);
        }
    }

    @Test
    void whatIsCompressedAlreadyIsRefused() throws Exception {
        byte[] frame = marshal(frame(0, new byte[5000]));
        byte[] meta = marshal(Arrays.copyOf(TestStream.plain(), metaLength(TestStream.plain())));

        for (byte[] compressed : new byte[][] {frame, meta, TestStream.compressed()}) {
            assertThatThrownBy(() -> marshal(compressed)).isInstanceOf(MalformedStreamException.class)
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void aStreamOfMoreThanASegmentIsNotDecompressedInMemory() throws Exception {
        byte[] compressed = TestStream.compressed();
        byte[] meta = EncodedFrames.of(EncodedFrames.metadata(compressed).toBuilder().virtualSize(1L << 40)
                .dataSize((1 << 30) + 1).build());
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(meta);
        bomb.write(compressed, metaLength(compressed), compressed.length - metaLength(compressed));

        assertThatThrownBy(() -> unmarshal(bomb.toByteArray())).isInstanceOf(MalformedStreamException.class)
                .hasMessageContaining("at most 1073741824").hasMessageContaining("found 1073741825");
    }

    private static int metaLength(byte[] stream) throws MalformedStreamException {
        return (int) EncodedFrames.header(stream).length() + EncodedFrames.FRAMING;
    }

    @Test
    void aLevelOutOfRangeIsRefused() {
        for (int level : new int[] {0, 13}) {
            assertThatThrownBy(() -> lz4.setCompressionLevel(level)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("compressionLevel is " + level + ", expected 1 to 12");
        }
    }
}
