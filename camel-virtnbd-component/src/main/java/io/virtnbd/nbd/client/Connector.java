/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.transport.SocketOpener;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/** Makes connections: socket, negotiation, and the deadline for both. */
final class Connector {

    private final NbdUri uri;
    private final NbdClientOptions options;

    Connector(NbdUri uri, NbdClientOptions options) {
        this.uri = uri;
        this.options = options;
    }

    /**
     * Connects and negotiates.
     *
     * @param onDeath see {@link Connection}
     */
    Connection open(Consumer<NbdException> onDeath) throws NbdNegotiationException {
        return new Connection(uri.toString(), negotiate(), options, onDeath).start();
    }

    private Negotiated negotiate() throws NbdNegotiationException {
        try (ConnectDeadline deadline = new ConnectDeadline(options.connectTimeout())) {
            SocketChannel socket = null;
            boolean established = false;
            try {
                socket = SocketOpener.open(uri.address(), deadline::guard);
                Negotiated negotiated = new Negotiator(uri, options, socket).negotiate();
                established = deadline.meet();
                if (!established) {
                    throw new NbdNegotiationException("time is up");
                }
                return negotiated;
            } catch (IOException | RuntimeException e) {
                throw new NbdNegotiationException(uri + ": " + reason(e, socket != null, deadline), e);
            } finally {
                if (!established) {
                    closeQuietly(socket);
                }
            }
        }
    }

    private String reason(Exception e, boolean connected, ConnectDeadline deadline) {
        if (deadline.isExpired()) {
            return "no connection was established within " + options.connectTimeout().toMillis() + " ms";
        }
        if (e instanceof NbdNegotiationException) {
            return e.getMessage();
        }
        if (e instanceof SSLException) {
            return "the TLS handshake failed: " + e.getMessage();
        }
        if (e instanceof EOFException) {
            return "the server closed the connection during negotiation";
        }
        return (connected ? "the negotiation failed: " : "cannot connect: ") + e;
    }

    private static void closeQuietly(SocketChannel socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // the failure that led here is the one to report
        }
    }
}
