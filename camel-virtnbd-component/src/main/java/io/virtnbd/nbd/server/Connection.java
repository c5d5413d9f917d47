/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.nbd.protocol.NbdException;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one client from the greeting to the end. Runs in a thread of its own, which alone closes the socket. */
final class Connection implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final ClientSocket socket;
    private final Map<String, Export> exports;
    private final TlsUpgrade tls;
    private final String peer;
    private final Runnable onEnd;

    Connection(ClientSocket socket, Map<String, Export> exports, TlsUpgrade tls, String peer, Runnable onEnd) {
        this.socket = socket;
        this.exports = exports;
        this.tls = tls;
        this.peer = peer;
        this.onEnd = onEnd;
    }

    @Override
    public void run() {
        try (socket) {
            serve();
            LOG.debug("Connection of {} ended", peer);
        } catch (NbdException e) {
            LOG.warn("Connection of {} ended: {}", peer, e.getMessage());
        } catch (IOException e) {
            LOG.debug("Connection of {} broke", peer, e);
        } catch (RuntimeException | Error e) {
            LOG.error("Connection of {} ended by a defect", peer, e);
        } finally {
            if (socket.abortReason() != null) {
                LOG.info("Connection of {} was ended: {}", peer, socket.abortReason());
            }
            onEnd.run();
        }
    }

    private void serve() throws IOException {
        try (Wire wire = new Wire(socket)) {
            Session session = new Handshake(wire, exports, tls).run();
            if (session != null) {
                wire.endHandshake();
                new Transmission(session, wire).run();
            }
        }
    }
}
