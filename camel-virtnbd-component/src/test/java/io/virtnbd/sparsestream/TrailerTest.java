/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrailerTest {

    private static final long MIB = 1 << 20;

    @Test
    void isWrittenAsTheReferenceWritesIt() throws IOException {
        Trailer trailer = new Trailer();
        trailer.add(40 * MIB, 140312, 35096);
        trailer.add(65536, 298);
        trailer.add(32 * MIB - 1, 4408);
        trailer.add(32 * MIB, 846);
        trailer.add(1, 10, 11);

        assertThat(text(trailer)).isEqualTo("[{\"175408\": [140312, 35096]}, 298, 4408, {\"846\": [846]}, 21]\r\n"
                + "comp 0000000000000000 000000000000003c\r\n");
        assertThat(trailer.entries()).isEqualTo(5);
        assertThat(trailer.jsonLength()).isEqualTo(0x3c);
    }

    @Test
    void isWrittenForAStreamWithoutData() throws IOException {
        assertThat(text(new Trailer())).isEqualTo("[]\r\ncomp 0000000000000000 0000000000000002\r\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void knowsItsLengthAndMatchesItself(long seed) throws IOException {
        Random random = new Random(seed);
        Trailer trailer = new Trailer();
        int entries = 20_000;
        for (int i = 0; i < entries; i++) {
            if (random.nextInt(100) == 0) {
                trailer.add(33 * MIB, random.longs(1 + random.nextInt(5), 1, 1L << 40).toArray());
            } else {
                trailer.add(1, 1 + (random.nextLong() >>> 2 + random.nextInt(60)));
            }
        }
        String text = text(trailer);

        assertThat(text).hasSize((int) trailer.encodedLength());
        check(text, trailer, StreamLimits.DEFAULT);
    }

    @Test
    void isMadeInSmallPieces() {
        Trailer trailer = new Trailer();
        for (int i = 0; i < 100_000; i++) {
            trailer.add(65536, 123456);
        }
        long total = 0;
        for (Iterator<ByteBuffer> pieces = trailer.encode(); pieces.hasNext();) {
            ByteBuffer piece = pieces.next();
            assertThat(piece.remaining()).isBetween(1, 10_000);
            total += piece.remaining();
        }
        assertThat(total).isEqualTo(trailer.encodedLength());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[5, {\"7\": [3, 4]}]", "[5,{\"7\":[3,4]}]", " [ 5 , { \"7\" : [ 3 , 4 ] } ]", "\n[\n5,\t{\"7\": [3,\r4]}]"
    })
    void isReadWithAnyWhiteSpace(String json) {
        assertThatCode(() -> check(withComp(json, json.length()), expected(), StreamLimits.DEFAULT)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "[5]", "[5, 7]", "[5, {\"7\": [3, 4]}, 1]", "[5, {\"7\": [3, 5]}]", "[5, {\"8\": [3, 4]}]",
        "[5, {\"7\": [4, 3]}]",
        "[5, {\"7\": [7]}]", "[5, {\"7\": [3, 4, 0]}]", "[5, {\"7\": [3, 4]}, {}]", "[5, {7: [3, 4]}]", "[5, {\"7\": [3, 4],}]",
        "[6, {\"7\": [3, 4]}]", "[-5, {\"7\": [3, 4]}]", "[05, {\"7\": [3, 4]}]", "[50, {\"7\": [3, 4]}]",
        "[5.0, {\"7\": [3, 4]}]",
        "[5e0, {\"7\": [3, 4]}]", "[NaN, {\"7\": [3, 4]}]", "[5, {\"7\": [3, 4]} ", "[5 5, {\"7\": [3, 4]}]",
        "[5, {\"7 \": [3, 4]}]",
        "[5, {\"07\": [3, 4]}]", "[5, {\"7\": [3, 4]}]]", "[5, {\"7\": [3, 4], \"7\": [3, 4]}]", "{5, {\"7\": [3, 4]}]",
    })
    void isRefusedWhenItIsNotWhatWasRead(String json) {
        assertThatThrownBy(() -> check(withComp(json, json.length()), expected(), StreamLimits.DEFAULT))
                .isInstanceOf(MalformedStreamException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains("expected", "found"));
    }

    @Test
    void isRefusedWithoutItsLastHeader() {
        String json = "[5, {\"7\": [3, 4]}]";
        refuses(json + "\r\n", 20, "found the end of the stream");
        refuses(json + "\n\r" + withComp("", 18).substring(2), 18, "expected CR LF after the trailer");
        refuses(withComp(json, 17), 20, "expected a comp frame of length 18, found a comp frame of length 17");
        refuses(withComp(json, 18).replace("comp", "zero"), 20, "expected a comp frame of length 18, found a zero frame");
        refuses(withComp(json, 18).replace("comp", "cmop"), 20, "found \"cmop\"");
    }

    @Test
    void namesTheDataFrameWhoseEntryIsWrong() {
        assertThatThrownBy(() -> check(withComp("[5, {\"7\": [3, 44]}]", 19), expected(), StreamLimits.DEFAULT))
                .hasMessageContaining("at data frame 1 of 2: expected ], found  followed by \"4]}]");
    }

    @Test
    void isRefusedWhenItIsLongerThanTheLimit() throws IOException {
        StreamLimits limits = new StreamLimits(1, 1, 1, 18);
        check(withComp("[5, {\"7\": [3, 4]}]", 18), expected(), limits);
        String padded = "[5, {\"7\": [3,  4]}]";
        assertThatThrownBy(() -> check(withComp(padded, 19), expected(), limits))
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(18))
                .satisfies(e -> assertThat(e.getMessage()).contains("at most 18 bytes"));
        assertThatThrownBy(() -> check(" ".repeat(99), expected(), limits)).hasMessageContaining("at most 18 bytes");
    }

    @Test
    void refusesWhatIsNoPayload() {
        Trailer trailer = new Trailer();
        assertThatThrownBy(() -> trailer.add(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> trailer.add(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> trailer.add(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(trailer.entries()).isZero();
        trailer.begin(1);
        assertThatThrownBy(trailer::encode).as("with a payload that is not whole").isInstanceOf(IllegalStateException.class);
    }

    private static Trailer expected() {
        Trailer trailer = new Trailer();
        trailer.add(65536, 5);
        trailer.add(33 * MIB, 3, 4);
        return trailer;
    }

    private static String withComp(String json, int length) {
        return json + String.format("\r\ncomp %016x %016x\r\n", 0, length);
    }

    private static void refuses(String text, long offset, String message) {
        assertThatThrownBy(() -> check(text, expected(), StreamLimits.DEFAULT)).hasMessageContaining(message)
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(offset));
    }

    private static void check(String text, Trailer expected, StreamLimits limits) throws IOException {
        StreamSource source = new InputStreamSource(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
        new TrailerCheck(source, expected, limits).run();
        source.requireEnd();
    }

    private static String text(Trailer trailer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        trailer.writeTo(out);
        return out.toString(StandardCharsets.US_ASCII);
    }
}
