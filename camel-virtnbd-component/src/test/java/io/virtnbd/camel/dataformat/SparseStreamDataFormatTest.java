/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.sparsestream.MalformedStreamException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseStreamDataFormatTest extends CamelTestSupport {

    @Override
    protected RouteBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().loggingLevel(LoggingLevel.OFF));
                SparseStreamDataFormat small = new SparseStreamDataFormat();
                small.setMaxFrameSize(1000);
                from("direct:split").unmarshal().custom("sparseStream").split(body()).streaming().stopOnException()
                        .to("mock:frames");
                from("direct:splitSmall").unmarshal(small).split(body()).streaming().stopOnException().to("mock:frames");
                from("direct:join").marshal().custom("sparseStream");
                from("direct:compress").marshal().custom("lz4");
                from("direct:decompress").unmarshal().custom("lz4");
            }
        };
    }

    private Exchange send(String uri, Object body) {
        return template().send(uri, exchange -> exchange.getMessage().setBody(body));
    }

    private List<Message> split(String uri, Object stream) throws Exception {
        assertThat(send(uri, stream).getException()).isNull();
        return getMockEndpoint("mock:frames").getExchanges().stream().map(Exchange::getMessage).toList();
    }

    private byte[] joined(Object frames) {
        Exchange exchange = send("direct:join", frames);
        assertThat(exchange.getException()).isNull();
        byte[] stream = exchange.getMessage().getBody(byte[].class);
        assertThat(exchange.getMessage().getHeader(VirtNbdConstants.CONTENT_LENGTH)).isEqualTo((long) stream.length);
        return stream;
    }

    @Test
    void splitsAStreamIntoFramesThatJoinToTheSameStream() throws Exception {
        byte[] stream = TestStream.plain();

        List<Message> frames = split("direct:split", stream);

        assertThat(frames).extracting(frame -> frame.getHeader(VirtNbdConstants.FRAME_KIND))
                .containsExactly("meta", "data", "zero", "data", "stop");
        assertThat(frames.get(3).getHeaders()).containsEntry(VirtNbdConstants.FRAME_START, (long) TestStream.SECOND_START)
                .containsEntry(VirtNbdConstants.FRAME_LENGTH, (long) TestStream.SECOND_LENGTH)
                .containsEntry(VirtNbdConstants.DISK, "vda").containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.0");
        assertThat(frames).allSatisfy(frame -> assertThat(frame.getHeader(VirtNbdConstants.CONTENT_LENGTH))
                .isEqualTo((long) ((byte[]) frame.getBody()).length));
        assertThat(joined(frames)).isEqualTo(stream);
        assertThat(joined(frames.stream().map(Message::getBody).iterator())).isEqualTo(stream);
        assertThat(joined(getMockEndpoint("mock:frames").getExchanges())).isEqualTo(stream);
    }

    @Test
    void framesOfACompressedStreamArePlain() throws Exception {
        assertThat(joined(split("direct:split", TestStream.compressed()))).isEqualTo(TestStream.plain());
    }

    @Test
    void longFramesAreCut() throws Exception {
        List<Message> frames = split("direct:splitSmall", TestStream.plain());

        assertThat(frames).allSatisfy(frame -> assertThat((byte[]) frame.getBody()).hasSizeLessThanOrEqualTo(1042));
        assertThat(TestStream.content(joined(frames))).isEqualTo(TestStream.content());
    }

    @Test
    void framesCompressedOneByOneJoinToACompressedStream() throws Exception {
        List<byte[]> compressed = new ArrayList<>();
        for (Message frame : split("direct:split", TestStream.plain())) {
            compressed.add(send("direct:compress", frame.getBody()).getMessage().getBody(byte[].class));
        }

        assertThat(joined(compressed)).isEqualTo(TestStream.compressed());
    }

    @Test
    void framesOfTheReferencesStreamsJoinToStreamsOfTheSameContent() throws Exception {
        Path full = Path.of(getClass().getResource("/golden/plain/vda.full.data").toURI());

        assertThat(joined(split("direct:split", full.toFile()))).isEqualTo(Files.readAllBytes(full));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aMissingFrameIsNoticed(int missing) throws Exception {
        List<Message> frames = new ArrayList<>(split("direct:split", TestStream.plain()));
        frames.remove(missing);

        assertThat(send("direct:join", frames).getException()).isInstanceOf(MalformedStreamException.class);
    }

    @Test
    void framesInAnotherOrderAreRefused() throws Exception {
        List<Message> frames = new ArrayList<>(split("direct:split", TestStream.plain()));
        frames.add(1, frames.remove(3));

        assertThat(send("direct:join", frames).getException()).isInstanceOf(MalformedStreamException.class);
    }

    @Test
    void whatIsNoFrameIsRefused() {
        assertThat(send("direct:join", List.of(5)).getException()).hasMessageContaining("a frame is a java.lang.Integer");
        assertThat(send("direct:join", List.of(new byte[10])).getException()).isInstanceOf(MalformedStreamException.class);
        assertThat(send("direct:join", List.of()).getException()).isInstanceOf(MalformedStreamException.class);
    }

    @Test
    void aStreamThatBreaksOffEndsTheSplitBeforeTheStopFrame() throws Exception {
        byte[] stream = TestStream.plain();
        for (int length : new int[] {stream.length - 1, stream.length - 41, stream.length / 2, 45}) {
            getMockEndpoint("mock:frames").reset();
            byte[] part = Arrays.copyOf(stream, length);
            assertThat(send("direct:split", part).getException())
                    .hasStackTraceContaining(MalformedStreamException.class.getName());
            assertThat(getMockEndpoint("mock:frames").getExchanges()).noneMatch(exchange ->
                    "stop".equals(exchange.getMessage().getHeader(VirtNbdConstants.FRAME_KIND)));
        }
    }

    @Test
    void readsAStreamNoFurtherThanItsFramesAreWanted() throws Exception {
        byte[] head = Arrays.copyOf(TestStream.plain(), 600);
        boolean[] closed = new boolean[1];
        InputStream endless = new InputStream() {
            private int position;

            @Override
            public int read() throws IOException {
                if (position == head.length) {
                    throw new IOException("read on");
                }
                return head[position++] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                target[offset] = (byte) read();
                return 1;
            }

            @Override
            public void close() {
                closed[0] = true;
            }
        };
        Exchange exchange = new DefaultExchange(context());
        FrameMessages frames = (FrameMessages) new SparseStreamDataFormat().unmarshal(exchange, endless);

        assertThat(frames.next().getHeader(VirtNbdConstants.FRAME_KIND)).isEqualTo("meta");
        assertThatThrownBy(frames::next).hasRootCauseMessage("read on");
        assertThat(frames.hasNext()).isFalse();
        frames.close();
        assertThat(closed[0]).isTrue();
    }

    @Test
    void aFrameSizeOutOfRangeIsRefused() {
        for (int size : new int[] {0, -1, 32 << 20}) {
            assertThatThrownBy(() -> new SparseStreamDataFormat().setMaxFrameSize(size))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxFrameSize is " + size);
        }
    }

    @Test
    void randomStreamsSurviveSplittingAndJoining() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            byte[] stream = TestStream.random(new Random(seed));
            List<byte[]> frames = new ArrayList<>();
            FrameMessages messages = (FrameMessages) new SparseStreamDataFormat().unmarshal(new DefaultExchange(context()),
                    new ByteArrayInputStream(stream));
            messages.forEachRemaining(message -> frames.add((byte[]) message.getBody()));
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            new SparseStreamDataFormat().marshal(new DefaultExchange(context()), frames, joined);
            assertThat(joined.toByteArray()).as("seed %d", seed).isEqualTo(stream);
        }
    }
}
