/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.OptionReplyHeader;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.ServerText;
import io.virtnbd.nbd.transport.NbdTransport;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends options and receives the replies to them, within limits. */
final class OptionExchange {

    /** The longest data that the protocol has is a string and a few bytes. */
    private static final int MAX_DATA = ServerText.MAX_BYTES + 64;
    /** For one connection; a server that sends more is not going to come to an end. */
    private static final int MAX_REPLIES = 1024;

    private final NbdTransport transport;
    private final TransportInput input;
    private int replies;

    OptionExchange(NbdTransport transport) {
        this.transport = transport;
        this.input = new TransportInput(transport);
    }

    /** A reply with all of its data. */
    record Reply(int type, ByteBuffer data) {

        boolean isError() {
            return (type & OptionReplyType.ERROR_BIT) != 0;
        }

        /** Type and, if the server said why, its words. */
        String describe() {
            String words = isError() ? ServerText.message(data.duplicate()) : "";
            return OptionReplyType.nameOf(type) + (words.isEmpty() ? "" : ": " + words);
        }
    }

    NbdTransport transport() {
        return transport;
    }

    TransportInput input() {
        return input;
    }

    /** Receives the server's greeting and returns its handshake flags. */
    int greeting() throws IOException {
        long init = input.require(Long.BYTES).getLong();
        if (init != Magic.INIT) {
            throw new NbdNegotiationException("this is no NBD server: it begins with 0x" + Long.toHexString(init)
                    + ", expected 0x" + Long.toHexString(Magic.INIT));
        }
        long magic = input.require(Long.BYTES).getLong();
        if (magic != Magic.OPTION) {
            throw new NbdNegotiationException(magic == Magic.OLDSTYLE
                    ? "the server speaks only the oldstyle protocol, which is not supported"
                    : "the greeting has 0x" + Long.toHexString(magic) + ", expected 0x" + Long.toHexString(Magic.OPTION));
        }
        return Short.toUnsignedInt(input.require(Short.BYTES).getShort());
    }

    void send(ByteBuffer bytes) throws IOException {
        transport.write(bytes);
    }

    /** Receives a reply to the option that was sent last. */
    Reply receive(int option) throws IOException {
        if (++replies > MAX_REPLIES) {
            throw new NbdNegotiationException("the server sent more than " + MAX_REPLIES + " replies to options");
        }
        OptionReplyHeader header = OptionReplyHeader.decode(input.require(OptionReplyHeader.LENGTH));
        if (header.option() != option) {
            throw new NbdNegotiationException("reply to option " + Integer.toUnsignedString(header.option())
                    + ", expected one to option " + option);
        }
        if (header.length() > MAX_DATA) {
            throw new NbdNegotiationException("reply " + OptionReplyType.nameOf(header.type()) + " has " + header.length()
                    + " bytes of data, at most " + MAX_DATA + " are allowed");
        }
        ByteBuffer data = ByteBuffer.allocate((int) header.length());
        input.readFully(data);
        return new Reply(header.type(), data.flip());
    }

    /** Receives the reply to an option that is answered by one reply without data, or by an error. */
    Reply receiveAckOrError(int option) throws IOException {
        Reply reply = receive(option);
        if (!reply.isError()) {
            requireAck(option, reply);
        }
        return reply;
    }

    static void requireAck(int option, Reply reply) throws NbdNegotiationException {
        if (reply.type() != OptionReplyType.ACK || reply.data().hasRemaining()) {
            throw new NbdNegotiationException("option " + option + " is answered by " + reply.describe() + " with "
                    + reply.data().remaining() + " bytes of data, expected ACK without data");
        }
    }
}
