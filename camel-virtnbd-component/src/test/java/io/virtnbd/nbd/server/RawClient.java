/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.HandshakeFlags;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A client that sends whatever a test tells it to, right or wrong. */
final class RawClient implements Closeable {

    static final int ALL_FLAGS = HandshakeFlags.FIXED_NEWSTYLE | HandshakeFlags.NO_ZEROES;

    record OptionReply(int option, int type, ByteBuffer data) {
        String text() {
            return StandardCharsets.UTF_8.decode(data.duplicate()).toString();
        }
    }

    record SimpleReply(int error, long cookie) {
    }

    record Chunk(int flags, int type, long cookie, ByteBuffer payload) {
    }

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;

    RawClient(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
    }

    /** A client that has done the greeting. */
    static RawClient greeted(Path socket, int flags) throws IOException {
        RawClient client = new RawClient(socket);
        client.readGreeting();
        client.send(ByteBuffer.allocate(4).putInt(flags).array());
        return client;
    }

    static RawClient greeted(Path socket) throws IOException {
        return greeted(socket, ALL_FLAGS);
    }

    /** A client in the transmission phase, with structured replies and base:allocation, or without both. */
    static RawClient transmitting(Path socket, boolean structured) throws IOException {
        RawClient client = greeted(socket);
        if (structured) {
            client.option(OptionType.STRUCTURED_REPLY, new byte[0]);
            client.expect(OptionReplyType.ACK);
            client.option(OptionType.SET_META_CONTEXT, metaContext("", "base:allocation"));
            client.expect(OptionReplyType.META_CONTEXT);
            client.expect(OptionReplyType.ACK);
        }
        client.option(OptionType.GO, info(""));
        client.expect(OptionReplyType.INFO);
        client.expect(OptionReplyType.ACK);
        return client;
    }

    /** The server's handshake flags. */
    int readGreeting() throws IOException {
        if (in.readLong() != Magic.INIT || in.readLong() != Magic.OPTION) {
            throw new AssertionError("not the greeting of a newstyle server");
        }
        return in.readUnsignedShort();
    }

    void send(byte... bytes) throws IOException {
        out.write(bytes);
    }

    byte[] receive(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    void option(int code, byte... data) throws IOException {
        send(optionBytes(code, data));
    }

    static byte[] optionBytes(int code, byte... data) {
        return ByteBuffer.allocate(16 + data.length).putLong(Magic.OPTION).putInt(code).putInt(data.length).put(data).array();
    }

    OptionReply optionReply() throws IOException {
        if (in.readLong() != Magic.OPTION_REPLY) {
            throw new AssertionError("not an option reply");
        }
        return new OptionReply(in.readInt(), in.readInt(), ByteBuffer.wrap(receive(in.readInt())));
    }

    OptionReply expect(int type) throws IOException {
        OptionReply reply = optionReply();
        if (reply.type() != type) {
            throw new AssertionError("expected " + OptionReplyType.nameOf(type) + ", found "
                    + OptionReplyType.nameOf(reply.type()) + ": " + reply.text());
        }
        return reply;
    }

    void request(int flags, int type, long cookie, long offset, long length, byte... payload) throws IOException {
        send(requestBytes(flags, type, cookie, offset, length, payload));
    }

    static byte[] requestBytes(int flags, int type, long cookie, long offset, long length, byte... payload) {
        return ByteBuffer.allocate(28 + payload.length).putInt(Magic.REQUEST).putShort((short) flags).putShort((short) type)
                .putLong(cookie).putLong(offset).putInt((int) length).put(payload).array();
    }

    SimpleReply simpleReply() throws IOException {
        int magic = in.readInt();
        if (magic != Magic.SIMPLE_REPLY) {
            throw new AssertionError("not a simple reply: " + Integer.toHexString(magic));
        }
        return new SimpleReply(in.readInt(), in.readLong());
    }

    Chunk chunk() throws IOException {
        int magic = in.readInt();
        if (magic != Magic.STRUCTURED_REPLY) {
            throw new AssertionError("not a structured reply: " + Integer.toHexString(magic));
        }
        return new Chunk(in.readUnsignedShort(), in.readUnsignedShort(), in.readLong(), ByteBuffer.wrap(receive(in.readInt())));
    }

    /** All chunks of one reply. */
    List<Chunk> chunks() throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        do {
            chunks.add(chunk());
        } while (chunks.get(chunks.size() - 1).flags() == 0);
        return chunks;
    }

    /** The error number of the next reply, which must be one, simple or structured. */
    int error() throws IOException {
        int magic = in.readInt();
        if (magic == Magic.SIMPLE_REPLY) {
            int error = in.readInt();
            in.readLong();
            return error;
        }
        in.readInt();
        in.readLong();
        return ByteBuffer.wrap(receive(in.readInt())).getInt();
    }

    /** Waits for the server's next byte; whether there is none because it has closed the connection. */
    boolean isClosedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // reset by the server, which did not read all that was sent
            return true;
        }
    }

    static byte[] info(String export, int... types) {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(6 + name.length + 2 * types.length)
                .putInt(name.length).put(name).putShort((short) types.length);
        for (int type : types) {
            data.putShort((short) type);
        }
        return data.array();
    }

    static byte[] metaContext(String export, String... queries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        data.writeInt(export.length());
        data.writeBytes(export);
        data.writeInt(queries.length);
        for (String query : queries) {
            data.writeInt(query.length());
            data.writeBytes(query);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
