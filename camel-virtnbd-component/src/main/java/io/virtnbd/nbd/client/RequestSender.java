/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.RequestHeader;
import io.virtnbd.nbd.transport.NbdTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends waiting requests as room allows. Any thread may: who finds another one at it leaves, as that one looks again when it is
 * done. The thread that receives replies therefore never waits here: see {@link RequestWindow#admit}.
 */
final class RequestSender {

    private static final int BATCH = 64;

    private final NbdTransport transport;
    private final RequestWindow window;
    private final ReentrantLock turn = new ReentrantLock();
    private final ByteBuffer headers = ByteBuffer.allocateDirect(BATCH * RequestHeader.LENGTH);
    private volatile long lastSent = System.nanoTime();

    RequestSender(NbdTransport transport, RequestWindow window) {
        this.transport = transport;
        this.window = window;
    }

    /** Sends what can be sent now. */
    void pump() throws IOException {
        boolean neverWait = ReaderThread.isCurrent();
        while (window.canAdmit(null, neverWait) && turn.tryLock()) {
            try {
                sendAdmitted(null, neverWait);
            } finally {
                turn.unlock();
            }
        }
    }

    /** Sends a request with a payload that was enqueued, once it is its turn. */
    void sendWithPayload(PendingRequest<?> request) throws IOException, InterruptedException {
        boolean sent = false;
        while (!sent) {
            window.awaitTurn(request);
            turn.lock();
            try {
                sent = sendAdmitted(request, false);
            } finally {
                turn.unlock();
            }
        }
        pump();
    }

    /** Sends DISC unless another thread is sending; for the end of a connection. */
    void disconnect() throws IOException {
        if (turn.tryLock()) {
            try {
                headers.clear();
                RequestHeader.encode(headers, CommandType.DISC, 0, 0, 0, 0);
                flush();
            } finally {
                turn.unlock();
            }
        }
    }

    /** When something was last handed to the socket. */
    long lastSent() {
        return lastSent;
    }

    private boolean sendAdmitted(PendingRequest<?> own, boolean neverWait) throws IOException {
        headers.clear();
        PendingRequest<?> request;
        while ((request = window.admit(own, neverWait)) != null) {
            RequestHeader.encode(headers, request.type(), request.flags(), request.cookie(), request.offset(),
                    request.length());
            if (request == own) {
                lastSent = System.nanoTime();
                own.payload().send(headers.flip(), transport, this::noteProgress);
                return true;
            }
            if (headers.remaining() < RequestHeader.LENGTH) {
                flush();
            }
        }
        flush();
        return false;
    }

    private void flush() throws IOException {
        if (headers.position() > 0) {
            lastSent = System.nanoTime();
            transport.write(headers.flip());
            headers.clear();
        }
    }

    private void noteProgress() {
        lastSent = System.nanoTime();
    }
}
