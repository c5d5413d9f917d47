/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import org.junit.jupiter.api.Test;

/** Each way in which the frames of a stream can be wrong, with the offset at which that shows. */
class MalformedStreamTest {

    private static final byte[] TEN = "0123456789".getBytes();

    private final StreamBytes plain = StreamBytes.plain(4096, 20);
    private final StreamBytes full = StreamBytes.full(4096, 10);

    @Test
    void refusesDataBeforeTheMetadata() {
        refuses(new StreamBytes().data(0, TEN).stop(), 0, "expected a meta frame, found a data frame");
    }

    @Test
    void refusesStopBeforeTheMetadata() {
        refuses(new StreamBytes().stop(), 0, "expected a meta frame, found a stop frame");
    }

    @Test
    void refusesNothingAtAll() {
        refuses(new StreamBytes(), 0, "found the end of the stream after 0");
    }

    @Test
    void refusesMetadataWithoutCrLf() {
        refuses(new StreamBytes().header("meta", 0, 34).text("{\"virtualSize\": 0, \"dataSize\": 0} ").text("\n\r").stop(), 74,
                "expected CR LF after the metadata");
    }

    @Test
    void refusesASecondMeta() {
        int at = plain.length();
        refuses(plain.meta("{\"virtualSize\": 1, \"dataSize\": 1}").stop(), at, "found a meta frame");
    }

    @Test
    void refusesCompWithinTheFrames() {
        int at = plain.length();
        refuses(plain.header("comp", 0, 2).stop(), at, "found a comp frame");
    }

    @Test
    void refusesAnUnknownKind() {
        int at = plain.length();
        refuses(plain.header("hole", 0, 2).stop(), at, "expected meta, data, zero, stop or comp, found \"hole\"");
    }

    @Test
    void refusesFramesOutOfOrder() {
        int at = plain.data(100, TEN).length();
        refuses(plain.data(50, TEN).stop(), at, "expected a start of 110 or more");
    }

    @Test
    void refusesFramesThatOverlapByOneByte() {
        int at = plain.data(100, TEN).length();
        refuses(plain.zero(109, 5).stop(), at, "expected a start of 110 or more");
    }

    @Test
    void refusesAFrameTwice() {
        int at = plain.zero(100, 10).length();
        refuses(plain.zero(100, 10).stop(), at, "expected a start of 110 or more");
    }

    @Test
    void refusesDataPastTheEndOfTheDisk() {
        int at = plain.length();
        refuses(plain.data(4087, TEN).stop(), at, "virtualSize of 4096");
    }

    @Test
    void refusesZeroesPastTheEndOfTheDisk() {
        int at = plain.length();
        refuses(plain.zero(4096, 1).stop(), at, "virtualSize of 4096");
    }

    @Test
    void refusesAFrameOfNoLength() {
        int at = plain.length();
        refuses(plain.zero(100, 0).stop(), at + 5, "found start 100, length 0");
    }

    @Test
    void refusesAFrameThatOverflows() {
        int at = plain.length();
        refuses(plain.zero(Long.MAX_VALUE, Long.MAX_VALUE).stop(), at + 5, "ends below 2^63");
    }

    @Test
    void refusesMoreDataThanTheMetadataSay() {
        int at = plain.data(100, TEN).data(200, TEN).length();
        refuses(plain.data(300, TEN).stop(), at, "expected a dataSize of 20, found at least 30");
    }

    @Test
    void refusesLessDataThanTheMetadataSay() {
        int at = plain.data(100, TEN).length();
        refuses(plain.stop(), at, "expected a dataSize of 20, found 10");
    }

    @Test
    void refusesAStreamWithoutStop() {
        int at = plain.data(100, TEN).data(200, TEN).length();
        refuses(plain, at, "frame header: expected 40 bytes, found the end of the stream after 0");
    }

    @Test
    void refusesAPayloadWithoutCrLf() {
        int at = plain.header("data", 100, 10).raw(TEN).length();
        refuses(plain.text("xx").stop(), at, "expected CR LF after the data payload, found \"xx\"");
    }

    @Test
    void refusesAnotherByteAfterTheStream() {
        int at = plain.data(100, TEN).data(200, TEN).stop().length();
        refuses(plain.text("\n"), at, "expected the end of the stream");
    }

    @Test
    void refusesATrailerAfterAPlainStream() {
        int at = plain.data(100, TEN).data(200, TEN).stop().length();
        refuses(plain.trailer("[10, 10]"), at, "expected the end of the stream");
    }

    @Test
    void refusesAFullBackupThatBeginsLater() {
        int at = full.length();
        refuses(full.data(1, TEN).zero(11, 4085).stop(), at, "a full backup leaves nothing out");
    }

    @Test
    void refusesAFullBackupWithAGap() {
        int at = full.data(0, TEN).length();
        refuses(full.zero(11, 4085).stop(), at, "expected a start of 10");
    }

    @Test
    void refusesAFullBackupThatEndsEarly() {
        int at = full.data(0, TEN).zero(10, 4085).length();
        refuses(full.stop(), at, "expected frames up to the virtualSize of 4096");
    }

    @Test
    void acceptsGapsInASegmentAndInVersion1() throws Exception {
        StreamApplier.drain(new StreamBytes().meta("{\"virtualSize\": 4096, \"dataSize\": 10, \"streamVersion\": 2, "
                + "\"segmentIndex\": 0, \"segmentCount\": 2}").data(100, TEN).stop().open());
        StreamApplier.drain(new StreamBytes().meta("{\"virtualSize\": 4096, \"dataSize\": 10, \"streamVersion\": 1}")
                .data(100, TEN).stop().open());
    }

    private static void refuses(StreamBytes stream, long offset, String message) {
        assertThatThrownBy(() -> StreamApplier.drain(stream.open())).hasMessageContaining(message)
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).as(e.getMessage()).isEqualTo(offset));
    }
}
