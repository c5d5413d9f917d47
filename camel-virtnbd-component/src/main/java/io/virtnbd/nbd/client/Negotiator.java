/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.HandshakeFlags;
import io.virtnbd.nbd.protocol.InfoType;
import io.virtnbd.nbd.protocol.NbdAddress;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.protocol.OptionReplyType;
import io.virtnbd.nbd.protocol.OptionRequest;
import io.virtnbd.nbd.protocol.OptionType;
import io.virtnbd.nbd.transport.NbdTransport;
import io.virtnbd.nbd.transport.TlsTransport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/**
 * The newstyle handshake from the greeting to the transmission phase: STARTTLS, STRUCTURED_REPLY, SET_META_CONTEXT, GO or
 * EXPORT_NAME. Source: NBD protocol, "Newstyle negotiation" and "TLS support".
 */
final class Negotiator {

    private static final int EXPORT_NAME_REPLY = 10;
    private static final int EXPORT_NAME_PADDING = 124;

    private final NbdUri uri;
    private final NbdClientOptions options;
    private final SocketChannel socket;
    private OptionExchange exchange;

    Negotiator(NbdUri uri, NbdClientOptions options, SocketChannel socket) {
        this.uri = uri;
        this.options = options;
        this.socket = socket;
    }

    /** @throws IOException if there is no agreement; the caller closes the socket */
    Negotiated negotiate() throws IOException {
        exchange = new OptionExchange(NbdTransport.plain(socket));
        int offered = exchange.greeting();
        boolean fixed = (offered & HandshakeFlags.FIXED_NEWSTYLE) != 0;
        boolean noZeroes = (offered & HandshakeFlags.NO_ZEROES) != 0;
        if (uri.tls() && !fixed) {
            throw new NbdNegotiationException("the server cannot do TLS, as it lacks fixed newstyle negotiation");
        }
        int accepted = offered & (HandshakeFlags.FIXED_NEWSTYLE | HandshakeFlags.NO_ZEROES);
        exchange.send(ByteBuffer.allocate(Integer.BYTES).putInt(accepted).flip());
        if (!fixed) {
            return exportName(false, MetaContexts.NONE, noZeroes);
        }
        if (uri.tls()) {
            startTls();
        }
        boolean structured = structuredReplies();
        MetaContexts contexts = structured && !options.metaContexts().isEmpty() ? metaContexts() : MetaContexts.NONE;
        return go(structured, contexts, noZeroes);
    }

    private void startTls() throws IOException {
        exchange.send(OptionRequest.plain(OptionType.STARTTLS));
        OptionExchange.Reply reply = exchange.receiveAckOrError(OptionType.STARTTLS);
        if (reply.isError()) {
            throw new NbdNegotiationException("the server refuses TLS (" + reply.describe()
                    + "), and a connection without it is not wanted");
        }
        if (exchange.input().buffered() > 0) {
            // it would be read as if it had come over TLS: that is how plain text is injected
            throw new NbdNegotiationException("the server sent " + exchange.input().buffered()
                    + " bytes between its consent to TLS and the TLS handshake");
        }
        int port = uri.address() instanceof NbdAddress.Tcp tcp ? tcp.port() : -1;
        exchange = new OptionExchange(TlsTransport.client(socket, sslContext(), uri.certificateName(), port));
    }

    private SSLContext sslContext() throws NbdNegotiationException {
        if (options.sslContext().isPresent()) {
            return options.sslContext().get();
        }
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new NbdNegotiationException("there is no default SSLContext", e);
        }
    }

    private boolean structuredReplies() throws IOException {
        exchange.send(OptionRequest.plain(OptionType.STRUCTURED_REPLY));
        OptionExchange.Reply reply = exchange.receiveAckOrError(OptionType.STRUCTURED_REPLY);
        if (reply.isError() && !isNotOffered(reply)) {
            throw refused("structured replies", reply);
        }
        return !reply.isError();
    }

    private MetaContexts metaContexts() throws IOException {
        exchange.send(OptionRequest.setMetaContext(uri.exportName(), options.metaContexts()));
        MetaContexts.Selection selection = new MetaContexts.Selection(options.metaContexts());
        OptionExchange.Reply reply;
        while ((reply = exchange.receive(OptionType.SET_META_CONTEXT)).type() == OptionReplyType.META_CONTEXT) {
            selection.add(reply.data());
        }
        if (!reply.isError()) {
            OptionExchange.requireAck(OptionType.SET_META_CONTEXT, reply);
            return selection.finish();
        }
        if (!isNotOffered(reply)) {
            throw refused("meta contexts " + options.metaContexts(), reply);
        }
        return MetaContexts.NONE;
    }

    private Negotiated go(boolean structured, MetaContexts contexts, boolean noZeroes) throws IOException {
        exchange.send(OptionRequest.go(uri.exportName(), InfoType.BLOCK_SIZE));
        GoReplies replies = new GoReplies(options.maxPayload());
        OptionExchange.Reply reply;
        while ((reply = exchange.receive(OptionType.GO)).type() == OptionReplyType.INFO) {
            replies.info(reply.data());
        }
        if (reply.type() == OptionReplyType.ERR_UNSUP) {
            return exportName(structured, contexts, noZeroes);
        }
        if (reply.isError()) {
            throw refused("export '" + uri.exportName() + "'", reply);
        }
        OptionExchange.requireAck(OptionType.GO, reply);
        return negotiated(replies, structured, contexts);
    }

    private Negotiated exportName(boolean structured, MetaContexts contexts, boolean noZeroes) throws IOException {
        exchange.send(OptionRequest.exportName(uri.exportName()));
        GoReplies replies = new GoReplies(options.maxPayload());
        try {
            replies.export(exchange.input().require(EXPORT_NAME_REPLY));
        } catch (EOFException e) {
            throw new NbdNegotiationException("the server closed the connection when asked for export '" + uri.exportName()
                    + "': it may have no such export" + (uri.tls() ? "" : ", or require TLS"), e);
        }
        if (!noZeroes) {
            exchange.input().readFully(ByteBuffer.allocate(EXPORT_NAME_PADDING));
        }
        return negotiated(replies, structured, contexts);
    }

    private Negotiated negotiated(GoReplies replies, boolean structured, MetaContexts contexts) throws NbdNegotiationException {
        return new Negotiated(exchange.transport(), exchange.input(), replies.finish(uri.exportName(), structured, contexts),
                contexts);
    }

    /** Whether the server just lacks the feature, so that it is possible to go on without. */
    private static boolean isNotOffered(OptionExchange.Reply reply) {
        return reply.type() == OptionReplyType.ERR_UNSUP || reply.type() == OptionReplyType.ERR_POLICY
                || reply.type() == OptionReplyType.ERR_PLATFORM;
    }

    private NbdNegotiationException refused(String what, OptionExchange.Reply reply) {
        if (reply.type() == OptionReplyType.ERR_TLS_REQD && !uri.tls()) {
            String scheme = uri.address() instanceof NbdAddress.Unix ? "nbds+unix://" : "nbds://";
            return new NbdNegotiationException("the server requires TLS (" + reply.describe() + "): use " + scheme);
        }
        return new NbdNegotiationException("the server refuses " + what + " (" + reply.describe() + ")");
    }
}
