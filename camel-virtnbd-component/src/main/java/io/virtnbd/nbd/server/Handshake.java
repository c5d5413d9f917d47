/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.BaseAllocation;
import io.virtnbd.nbd.protocol.HandshakeFlags;
import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.Magic;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionType;
import java.io.IOException;
import java.util.Map;

/** The fixed newstyle handshake with one client. Source: NBD protocol, "Handshake" and "Option types". */
final class Handshake {

    private static final int FLAGS = HandshakeFlags.FIXED_NEWSTYLE | HandshakeFlags.NO_ZEROES;
    /** Padding after the answer to EXPORT_NAME for clients that did not turn it off. */
    private static final int ZEROES = 124;

    private final Wire wire;
    private final Map<String, Export> exports;
    private final TlsUpgrade tls;
    private final OptionReader options;
    private final OptionReplies replies;

    private boolean fixedNewstyle;
    private boolean noZeroes;
    private boolean encrypted;
    private boolean structured;
    /** The export that {@code base:allocation} was last selected for, or {@code null}. */
    private String allocationOf;

    /**
     * Prepares a handshake.
     *
     * @param tls how to encrypt, or {@code null} where there is no TLS
     */
    Handshake(Wire wire, Map<String, Export> exports, TlsUpgrade tls) {
        this.wire = wire;
        this.exports = exports;
        this.tls = tls;
        this.options = new OptionReader(wire);
        this.replies = new OptionReplies(wire);
    }

    /**
     * Talks to the client until both sides agree.
     *
     * @return what they agreed on, or {@code null} when the client has ended the connection in good order
     * @throws IOException if the connection broke, or the client asked for what cannot be answered with an error
     */
    Session run() throws IOException {
        greet();
        for (OptionReader.Option option = options.next(); option != null; option = options.next()) {
            if (!fixedNewstyle && option.code() != OptionType.EXPORT_NAME) {
                throw new NbdNegotiationException("option " + option.code() + " of a client without fixed newstyle");
            }
            if (option.code() == OptionType.ABORT) {
                replies.ack(OptionType.ABORT);
                wire.flush();
                return null;
            }
            Session session = answer(option);
            if (session != null) {
                wire.flush();
                return session;
            }
        }
        return null;
    }

    private void greet() throws IOException {
        wire.room(18).putLong(Magic.INIT).putLong(Magic.OPTION).putShort((short) FLAGS);
        int flags = wire.need(4).getInt();
        if ((flags & ~FLAGS) != 0) {
            throw new NbdNegotiationException(String.format("client flags: expected none but 0x%x, found 0x%x", FLAGS, flags));
        }
        fixedNewstyle = (flags & HandshakeFlags.FIXED_NEWSTYLE) != 0;
        noZeroes = (flags & HandshakeFlags.NO_ZEROES) != 0;
    }

    /** Answers an option; returns the session when it starts the transmission, else {@code null}. */
    private Session answer(OptionReader.Option option) throws IOException {
        int code = option.code();
        try {
            if (code == OptionType.EXPORT_NAME) {
                return exportName(option);
            }
            if (option.data() == null) {
                replies.error(code, OptionReplyType.ERR_TOO_BIG, "at most " + OptionReader.MAXIMUM_DATA + " bytes of data");
                return null;
            }
            OptionData data = new OptionData(option.data());
            if (code != OptionType.STARTTLS && needsTls()) {
                replies.error(code, OptionReplyType.ERR_TLS_REQD, "this server requires TLS");
                return null;
            }
            switch (code) {
                case OptionType.STARTTLS -> startTls(data);
                case OptionType.LIST -> list(data);
                case OptionType.STRUCTURED_REPLY -> structuredReply(data);
                case OptionType.LIST_META_CONTEXT -> listMetaContext(MetaContextRequest.parse(data));
                case OptionType.SET_META_CONTEXT -> {
                    allocationOf = null;
                    setMetaContext(MetaContextRequest.parse(data));
                }
                case OptionType.INFO, OptionType.GO -> {
                    InfoRequest request = InfoRequest.parse(data);
                    return info(code, request) && code == OptionType.GO ? session(request.export()) : null;
                }
                default -> replies.error(code, OptionReplyType.ERR_UNSUP, "option " + Integer.toUnsignedString(code)
                        + " is not supported");
            }
        } catch (InvalidOptionException e) {
            replies.error(code, OptionReplyType.ERR_INVALID, e.getMessage());
        }
        return null;
    }

    private boolean needsTls() {
        return tls != null && tls.required() && !encrypted;
    }

    private Session session(String export) {
        return new Session(exports.get(export), structured, export.equals(allocationOf));
    }

    /** This option has no error reply: what cannot be granted ends the connection. */
    private Session exportName(OptionReader.Option option) throws IOException {
        if (needsTls()) {
            throw new NbdNegotiationException("EXPORT_NAME without TLS, which is required");
        }
        String name;
        try {
            name = option.data() == null ? null : new OptionData(option.data()).rest("export name");
        } catch (InvalidOptionException e) {
            throw new NbdNegotiationException("EXPORT_NAME: " + e.getMessage(), e);
        }
        Export export = exports.get(name);
        if (export == null) {
            throw new NbdNegotiationException("EXPORT_NAME for an unknown export");
        }
        wire.room(10).putLong(export.size()).putShort(Session.flags(export, structured));
        if (!noZeroes) {
            wire.room(ZEROES).put(new byte[ZEROES]);
        }
        return session(name);
    }

    private void startTls(OptionData data) throws IOException, InvalidOptionException {
        data.end();
        if (tls == null) {
            replies.error(OptionType.STARTTLS, OptionReplyType.ERR_POLICY, "TLS is not configured");
        } else if (encrypted) {
            replies.error(OptionType.STARTTLS, OptionReplyType.ERR_INVALID, "TLS is in use already");
        } else if (wire.hasUnread()) {
            // would be taken for something that came over TLS
            throw new NbdNegotiationException("the client sent more after STARTTLS without waiting for the answer");
        } else {
            replies.ack(OptionType.STARTTLS);
            wire.startTls(tls);
            encrypted = true;
            structured = false;
            allocationOf = null;
        }
    }

    private void list(OptionData data) throws IOException, InvalidOptionException {
        data.end();
        for (Map.Entry<String, Export> entry : exports.entrySet()) {
            replies.server(OptionType.LIST, entry.getKey(), entry.getValue().description());
        }
        replies.ack(OptionType.LIST);
    }

    private void structuredReply(OptionData data) throws IOException, InvalidOptionException {
        data.end();
        structured = true;
        replies.ack(OptionType.STRUCTURED_REPLY);
    }

    private void listMetaContext(MetaContextRequest request) throws IOException {
        if (isUnknown(OptionType.LIST_META_CONTEXT, request.export())) {
            return;
        }
        if (request.lists()) {
            replies.metaContext(OptionType.LIST_META_CONTEXT, 0, BaseAllocation.NAME);
        }
        replies.ack(OptionType.LIST_META_CONTEXT);
    }

    private void setMetaContext(MetaContextRequest request) throws IOException {
        if (!structured) {
            replies.error(OptionType.SET_META_CONTEXT, OptionReplyType.ERR_INVALID, "structured replies come first");
        } else if (!isUnknown(OptionType.SET_META_CONTEXT, request.export())) {
            if (request.allocation()) {
                allocationOf = request.export();
                replies.metaContext(OptionType.SET_META_CONTEXT, StatusHandler.ALLOCATION_ID, BaseAllocation.NAME);
            }
            replies.ack(OptionType.SET_META_CONTEXT);
        }
    }

    /** Answers INFO or GO; returns whether the export is there. */
    private boolean info(int option, InfoRequest request) throws IOException {
        if (isUnknown(option, request.export())) {
            return false;
        }
        Export export = exports.get(request.export());
        replies.exportInfo(option, export.size(), Session.flags(export, structured));
        if (request.types().contains(InfoType.NAME)) {
            replies.textInfo(option, InfoType.NAME, request.export());
        }
        if (request.types().contains(InfoType.DESCRIPTION) && !export.description().isEmpty()) {
            replies.textInfo(option, InfoType.DESCRIPTION, export.description());
        }
        if (request.types().contains(InfoType.BLOCK_SIZE)) {
            replies.blockSizeInfo(option);
        }
        replies.ack(option);
        return true;
    }

    private boolean isUnknown(int option, String name) throws IOException {
        if (exports.containsKey(name)) {
            return false;
        }
        replies.error(option, OptionReplyType.ERR_UNKNOWN, "there is no such export");
        return true;
    }
}
