/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecTest {

    private static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void encodesRequestHeaders() {
        ByteBuffer target = ByteBuffer.allocate(RequestHeader.LENGTH);
        RequestHeader.encode(target, CommandType.WRITE_ZEROES, 3, 0x0102030405060708L, 0x1112131415161718L, 0xfffffff0L);
        assertThat(hex(target.flip())).isEqualTo("25609513" + "0003" + "0006" + "0102030405060708" + "1112131415161718"
                + "fffffff0");
    }

    @Test
    void encodesOptions() {
        String magic = "49484156454f5054";
        assertThat(hex(OptionRequest.plain(OptionType.STARTTLS))).isEqualTo(magic + "00000005" + "00000000");
        assertThat(hex(OptionRequest.exportName("ab"))).isEqualTo(magic + "00000001" + "00000002" + "6162");
        assertThat(hex(OptionRequest.go("ab", 3, 1)))
                .isEqualTo(magic + "00000007" + "0000000c" + "00000002" + "6162" + "0002" + "0003" + "0001");
        assertThat(hex(OptionRequest.setMetaContext("é", List.of("a:b", "c:")))).isEqualTo(
                magic + "0000000a" + "00000017" + "00000002" + "c3a9" + "00000002" + "00000003" + "613a62"
                        + "00000002" + "633a");
    }

    @Test
    void decodesOptionReplies() throws Exception {
        ByteBuffer source = ByteBuffer.wrap(HexFormat.of().parseHex("0003e889045565a9" + "00000007" + "80000006" + "ffffffff"));
        OptionReplyHeader header = OptionReplyHeader.decode(source);
        assertThat(header).isEqualTo(new OptionReplyHeader(7, OptionReplyType.ERR_UNKNOWN, 0xffffffffL));
        assertThat(header.isError()).isTrue();
        assertThatThrownBy(() -> OptionReplyHeader.decode(ByteBuffer.allocate(20)))
                .isInstanceOf(NbdNegotiationException.class);
    }

    @Test
    void takesNamesStrictly() {
        assertThat(ServerText.name(bytes("base:allocation"))).isEqualTo("base:allocation");
        assertThatThrownBy(() -> ServerText.name(bytes("a\0b"))).hasMessageContaining("NUL");
        assertThatThrownBy(() -> ServerText.name(ByteBuffer.wrap(new byte[] {(byte) 0xc0, 0x20})))
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> ServerText.name(ByteBuffer.allocate(4097))).hasMessageContaining("4097 bytes");
    }

    @Test
    void makesMessagesFitForALog() {
        assertThat(ServerText.message(bytes("plain"))).isEqualTo("plain");
        assertThat(ServerText.message(bytes("a\r\n\u001b[31m\u2028\u202eb\u0085"))).isEqualTo("a???[31m??b?");
        assertThat(ServerText.message(bytes("x".repeat(300)))).isEqualTo("x".repeat(256) + "...");
        assertThat(ServerText.message(bytes("x".repeat(256)))).isEqualTo("x".repeat(256));
    }
}
