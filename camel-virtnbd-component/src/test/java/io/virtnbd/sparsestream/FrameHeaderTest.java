/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameHeaderTest {

    private static final String DATA = "data 0000000000a00000 0000000000010000\r\n";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isWrittenAsTheReferenceWritesIt(boolean direct) {
        ByteBuffer target = direct ? ByteBuffer.allocateDirect(41) : ByteBuffer.allocate(41);
        target.order(ByteOrder.LITTLE_ENDIAN).position(1);

        FrameHeader.encode(FrameKind.DATA, 0xa00000, 0x10000, target);

        byte[] written = new byte[40];
        target.get(1, written);
        assertThat(new String(written, StandardCharsets.US_ASCII)).isEqualTo(DATA);
        assertThat(target.hasRemaining()).isFalse();
    }

    @Test
    void isReadBack() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            long start = random.nextLong() >>> 1 + random.nextInt(63);
            long length = Math.min(Math.max(random.nextLong() >>> 1 + random.nextInt(63), 1), Long.MAX_VALUE - start);
            ByteBuffer header = ByteBuffer.allocate(FrameHeader.LENGTH);
            FrameHeader.encode(FrameKind.ZERO, start, length, header);

            assertThat(FrameHeader.decode(header.flip(), 0)).isEqualTo(new ZeroFrame(start, length));
            assertThat(header.hasRemaining()).isFalse();
        }
    }

    @Test
    void isReadOfEveryKind() throws Exception {
        assertThat(decode("meta 0000000000000000 0000000000000144\r\n")).isEqualTo(new MetaFrame(0x144));
        assertThat(decode(DATA)).isEqualTo(new DataFrame(0xa00000, 0x10000));
        assertThat(decode("stop 0000000000000000 0000000000000000\r\n")).isEqualTo(new StopFrame());
        assertThat(decode("comp 0000000000000000 0000000000000005\r\n")).isEqualTo(new TrailerFrame(5));
        assertThat(decode("data 7fFffffffFfffffe 0000000000000001\r\n"))
                .as("digits in either case").isEqualTo(new DataFrame(Long.MAX_VALUE - 1, 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', ignoreLeadingAndTrailingWhitespace = false, value = {
        "Data 0000000000a00000 0000000000010000;0",
        "DATA 0000000000a00000 0000000000010000;0",
        "dat\u0000 0000000000a00000 0000000000010000;0",
        "data\t0000000000a00000 0000000000010000;4",
        "data0 000000000a00000 0000000000010000;4",
        "data +000000000a00000 0000000000010000;5",
        "data -000000000a00000 0000000000010000;5",
        "data 0x00000000a00000 0000000000010000;6",
        "data 00000000_0a00000 0000000000010000;13",
        "data  000000000a00000 0000000000010000;5",
        "data 0000000000a0000g 0000000000010000;20",
        "data 0000000000a0000@ 0000000000010000;20",
        "data 0000000000a0000` 0000000000010000;20",
        "data 0000000000a0000G 0000000000010000;20",
        "data 0000000000a0000: 0000000000010000;20",
        "data 0000000000a0000/ 0000000000010000;20",
        "data 0000000000a00000-0000000000010000;21",
        "data 0000000000a00000  000000000010000;22",
        "data 0000000000a00000 000000000001000 ;37",
        "data 8000000000000000 0000000000000001;5",
        "data 0000000000000000 8000000000000000;22",
        "data 0000000000000000 ffffffffffffffff;22",
        "data 7fffffffffffffff 0000000000000001;5",
        "data 0000000000a00000 0000000000000000;5",
        "zero 0000000000a00000 0000000000000000;5",
        "meta 0000000000000000 0000000000000000;5",
        "meta 0000000000000001 0000000000000002;5",
        "comp 0000000000000000 0000000000000000;5",
        "comp 0000000000000001 0000000000000002;5",
        "stop 0000000000000001 0000000000000000;5",
        "stop 0000000000000000 0000000000000001;22",
    })
    void isRefusedWithTheOffsetOfTheFault(String header, long at) {
        assertThatThrownBy(() -> FrameHeader.decode(bytes(header + "\r\n"), 1000))
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(1000 + at))
                .satisfies(e -> assertThat(e.getMessage()).contains("byte " + (1000 + at), "expected", "found"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n\r", "\r\r", "\n\n", " \n", "\r "})
    void isRefusedWithoutCrLf(String end) {
        assertThatThrownBy(() -> decode(DATA.substring(0, 38) + end)).isInstanceOf(MalformedStreamException.class);
    }

    @Test
    void isRefusedWhenItIsTooShort() {
        for (int length = 0; length < FrameHeader.LENGTH; length++) {
            String header = DATA.substring(0, length);
            assertThatThrownBy(() -> decode(header)).as("%d bytes", length).isInstanceOf(MalformedStreamException.class);
        }
    }

    private static Frame decode(String header) throws MalformedStreamException {
        return FrameHeader.decode(bytes(header), 0);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
