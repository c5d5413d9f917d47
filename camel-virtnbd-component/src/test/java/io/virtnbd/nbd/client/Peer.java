/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.HandshakeFlags;
import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import io.virtnbd.nbd.protocol.ReplyType;
import io.virtnbd.nbd.protocol.TransmissionFlags;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The server's side of one connection, message by message. */
public final class Peer {

    public static final int FIXED = HandshakeFlags.FIXED_NEWSTYLE | HandshakeFlags.NO_ZEROES;
    public static final int ALL_FLAGS = 0x0fff & ~TransmissionFlags.READ_ONLY & ~TransmissionFlags.SEND_RESIZE;
    public static final int FIRST_CONTEXT_ID = 77;
    public static final int DONE = ReplyType.FLAG_DONE;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    public record Option(int type, ByteBuffer data) {
    }

    public record Request(int flags, int type, long cookie, long offset, int length) {
    }

    Peer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    Socket socket() {
        return socket;
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void send(ByteBuffer bytes) throws IOException {
        out.write(bytes.array(), 0, bytes.limit());
    }

    /** The next byte that the client sends, or -1. */
    int read() throws IOException {
        return in.read();
    }

    byte[] readBytes(int count) throws IOException {
        return in.readNBytes(count);
    }

    public void greet(int flags) throws IOException {
        send(ByteBuffer.allocate(18).putLong(Magic.INIT).putLong(Magic.OPTION).putShort((short) flags));
        if ((flags & HandshakeFlags.FIXED_NEWSTYLE) != 0) {
            readClientFlags();
        }
    }

    int readClientFlags() throws IOException {
        return in.readInt();
    }

    public Option readOption() throws IOException {
        if (in.readLong() != Magic.OPTION) {
            throw new AssertionError("an option without its magic number");
        }
        int type = in.readInt();
        return new Option(type, ByteBuffer.wrap(in.readNBytes(in.readInt())));
    }

    public Option expectOption(int type) throws IOException {
        Option option = readOption();
        if (option.type() != type) {
            throw new AssertionError("option " + option.type() + ", expected " + type);
        }
        return option;
    }

    void reply(int option, int type, byte[] data) throws IOException {
        send(ByteBuffer.allocate(20 + data.length).putLong(Magic.OPTION_REPLY).putInt(option).putInt(type).putInt(data.length)
                .put(data));
    }

    void reply(int option, int type) throws IOException {
        reply(option, type, new byte[0]);
    }

    void refuse(int option) throws IOException {
        reply(option, OptionReplyType.ERR_UNSUP);
    }

    public void ack(int option) throws IOException {
        reply(option, OptionReplyType.ACK);
    }

    public void metaContext(int id, String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        reply(OptionType.SET_META_CONTEXT, OptionReplyType.META_CONTEXT,
                ByteBuffer.allocate(4 + bytes.length).putInt(id).put(bytes).array());
    }

    public void infoExport(long size, int flags) throws IOException {
        reply(OptionType.GO, OptionReplyType.INFO,
                ByteBuffer.allocate(12).putShort((short) InfoType.EXPORT).putLong(size).putShort((short) flags).array());
    }

    public void infoBlockSize(long minimum, long preferred, long maximum) throws IOException {
        reply(OptionType.GO, OptionReplyType.INFO, ByteBuffer.allocate(14).putShort((short) InfoType.BLOCK_SIZE)
                .putInt((int) minimum).putInt((int) preferred).putInt((int) maximum).array());
    }

    /** A correct handshake with structured replies and all the contexts that the client asks for, with ids from 77 on. */
    void handshake(long size) throws IOException {
        greet(FIXED);
        structuredAndContexts();
        expectOption(OptionType.GO);
        infoExport(size, ALL_FLAGS);
        ack(OptionType.GO);
    }

    /** The part of the handshake between greeting and GO; returns the contexts' names. */
    public List<String> structuredAndContexts() throws IOException {
        expectOption(OptionType.STRUCTURED_REPLY);
        ack(OptionType.STRUCTURED_REPLY);
        ByteBuffer data = expectOption(OptionType.SET_META_CONTEXT).data();
        string(data);
        List<String> names = new ArrayList<>();
        for (int i = data.getInt(); i > 0; i--) {
            names.add(string(data));
            metaContext(FIRST_CONTEXT_ID + names.size() - 1, names.get(names.size() - 1));
        }
        ack(OptionType.SET_META_CONTEXT);
        return names;
    }

    /** A correct handshake without structured replies. */
    void simpleHandshake(long size) throws IOException {
        greet(FIXED);
        expectOption(OptionType.STRUCTURED_REPLY);
        refuse(OptionType.STRUCTURED_REPLY);
        expectOption(OptionType.GO);
        infoExport(size, ALL_FLAGS);
        ack(OptionType.GO);
    }

    public static String string(ByteBuffer data) {
        byte[] bytes = new byte[data.getInt()];
        data.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public Request readRequest() throws IOException {
        if (in.readInt() != Magic.REQUEST) {
            throw new AssertionError("a request without its magic number");
        }
        int flags = in.readUnsignedShort();
        return new Request(flags, in.readUnsignedShort(), in.readLong(), in.readLong(), in.readInt());
    }

    void simpleReply(int errno, long cookie, byte[] data) throws IOException {
        send(ByteBuffer.allocate(16 + data.length).putInt(Magic.SIMPLE_REPLY).putInt(errno).putLong(cookie).put(data));
    }

    void chunk(long cookie, int flags, int type, byte[] payload) throws IOException {
        send(chunkBytes(cookie, flags, type, payload));
    }

    static byte[] chunkBytes(long cookie, int flags, int type, byte[] payload) {
        return ByteBuffer.allocate(20 + payload.length).putInt(Magic.STRUCTURED_REPLY).putShort((short) flags)
                .putShort((short) type).putLong(cookie).putInt(payload.length).put(payload).array();
    }

    void data(long cookie, int flags, long offset, byte[] data) throws IOException {
        chunk(cookie, flags, ReplyType.OFFSET_DATA, ByteBuffer.allocate(8 + data.length).putLong(offset).put(data).array());
    }

    void hole(long cookie, int flags, long offset, int length) throws IOException {
        chunk(cookie, flags, ReplyType.OFFSET_HOLE, ByteBuffer.allocate(12).putLong(offset).putInt(length).array());
    }

    void done(long cookie) throws IOException {
        chunk(cookie, DONE, ReplyType.NONE, new byte[0]);
    }

    void error(long cookie, int flags, int errno, String message) throws IOException {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        chunk(cookie, flags, ReplyType.ERROR,
                ByteBuffer.allocate(6 + text.length).putInt(errno).putShort((short) text.length).put(text).array());
    }

    /** @param lengthsAndFlags by turns */
    public void status(long cookie, int flags, int context, int... lengthsAndFlags) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(4 + 4 * lengthsAndFlags.length).putInt(context);
        for (int value : lengthsAndFlags) {
            payload.putInt(value);
        }
        chunk(cookie, flags, ReplyType.BLOCK_STATUS, payload.array());
    }
}
