/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.OptionReplyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes replies to options. Source: NBD protocol, "Fixed newstyle negotiation" and "Option reply types".
 *
 * <pre>
 *  0  u64 magic    8  u32 option    12  u32 type    16  u32 length of the data    20  data
 * </pre>
 */
final class OptionReplies {

    private static final int HEADER = 20;
    /** The server reads and writes any byte; whole pages are best. */
    private static final int MINIMUM_BLOCK = 1;
    private static final int PREFERRED_BLOCK = 4096;

    private final Wire wire;

    OptionReplies(Wire wire) {
        this.wire = wire;
    }

    void ack(int option) throws IOException {
        reply(option, OptionReplyType.ACK, 0);
    }

    void error(int option, int type, String message) throws IOException {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        reply(option, type, text.length).put(text);
    }

    void server(int option, String name, String description) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] text = description.getBytes(StandardCharsets.UTF_8);
        reply(option, OptionReplyType.SERVER, 4 + nameBytes.length + text.length)
                .putInt(nameBytes.length).put(nameBytes).put(text);
    }

    void exportInfo(int option, long size, short flags) throws IOException {
        info(option, InfoType.EXPORT, 10).putLong(size).putShort(flags);
    }

    void textInfo(int option, int type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        info(option, type, bytes.length).put(bytes);
    }

    void blockSizeInfo(int option) throws IOException {
        info(option, InfoType.BLOCK_SIZE, 12)
                .putInt(MINIMUM_BLOCK).putInt(PREFERRED_BLOCK).putInt(RequestRules.MAXIMUM_PAYLOAD);
    }

    void metaContext(int option, int id, String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        reply(option, OptionReplyType.META_CONTEXT, 4 + bytes.length).putInt(id).put(bytes);
    }

    private ByteBuffer info(int option, int type, int payload) throws IOException {
        return reply(option, OptionReplyType.INFO, 2 + payload).putShort((short) type);
    }

    private ByteBuffer reply(int option, int type, int length) throws IOException {
        return wire.room(HEADER + length).putLong(Magic.OPTION_REPLY).putInt(option).putInt(type).putInt(length);
    }
}
