/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One connection in the transmission phase, with the thread that receives its replies. Safe for use by several threads. */
final class Connection {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long LONGEST_CHECK_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_CHECK_INTERVAL = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final String name;
    private final Negotiated negotiated;
    private final NbdClientOptions options;
    private final Consumer<NbdException> onDeath;
    private final RequestWindow window;
    private final RequestSender sender;
    private final ReplyReader reader;
    private final ReaderThread thread;
    private final Future<?> deadlines;

    /**
     * @param name    for messages
     * @param onDeath is given the cause, once, by any thread, when the connection has become unusable without having been
     *                closed
     */
    Connection(String name, Negotiated negotiated, NbdClientOptions options, Consumer<NbdException> onDeath) {
        this.name = name;
        this.negotiated = negotiated;
        this.options = options;
        this.onDeath = onDeath;
        this.window = new RequestWindow(options.pipelineDepth());
        this.sender = new RequestSender(negotiated.transport(), window);
        this.reader = new ReplyReader(negotiated, window, sender);
        this.thread = new ReaderThread(this::receiveReplies, "virtnbd-reader-" + COUNT.incrementAndGet());
        long interval = Math.min(options.requestTimeout().toNanos(), options.idleTimeout().toNanos()) / 10;
        this.deadlines = Watchdog.repeatedly(
                Math.max(SHORTEST_CHECK_INTERVAL, Math.min(LONGEST_CHECK_INTERVAL, interval)), this::checkDeadlines);
    }

    /** Starts to receive replies. */
    Connection start() {
        try {
            thread.start();
            return this;
        } catch (Throwable e) {
            deadlines.cancel(false);
            negotiated.transport().abort();
            throw e;
        }
    }

    ExportInfo export() {
        return negotiated.export();
    }

    MetaContexts contexts() {
        return negotiated.contexts();
    }

    /** Requests in flight and waiting. */
    int load() {
        return window.load();
    }

    boolean isOpen() {
        return window.death() == null;
    }

    /** Sends a request now or, when the pipeline is full, as soon as there is room; never waits for room. */
    <T> CompletableFuture<T> submit(PendingRequest<T> request) {
        NbdException death = window.enqueue(request);
        if (death != null) {
            request.fail(death);
            return request.future();
        }
        try {
            sender.pump();
        } catch (IOException e) {
            die("sending requests failed: " + e, e);
        }
        return request.future();
    }

    /** Sends a request with a payload; returns when all of it was handed to the socket. */
    CompletableFuture<Void> submitPayload(EffectRequest request) throws InterruptedIOException {
        NbdException death = window.enqueue(request);
        if (death != null) {
            request.fail(death);
            return request.future();
        }
        try {
            sender.sendWithPayload(request);
        } catch (NbdException e) {
            // the connection is dead, and the future fails with the rest
        } catch (IOException e) {
            die("sending the payload of " + request + " failed: " + e, e);
        } catch (RuntimeException | Error e) {
            // a channel that was not opened for reading, for example; by then the server may be owed the payload
            die("sending the payload of " + request + " failed: " + e, e);
            throw e;
        } catch (InterruptedException e) {
            window.withdraw(request);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to send " + request);
        }
        return request.future();
    }

    /** Makes the connection unusable, at once; the reader thread then fails every open request. Only the first cause counts. */
    void die(String reason, Throwable cause) {
        NbdException death = new NbdProtocolException(name + ": " + reason, cause);
        boolean first = window.kill(death) == death;
        negotiated.transport().abort();
        if (first) {
            onDeath.accept(death);
        }
    }

    /** Ends the connection with DISC; open requests fail. */
    void close() {
        if (window.death() == null) {
            window.kill(new NbdProtocolException(name + ": the client was closed"));
            Future<?> alarm = Watchdog.once(GOODBYE.toNanos(), negotiated.transport()::abort);
            try {
                sender.disconnect();
                negotiated.transport().close();
            } catch (IOException e) {
                // the peer was faster
            } finally {
                alarm.cancel(false);
                negotiated.transport().abort();
            }
        }
    }

    /** Waits a while for the reader thread to end, after which no buffer is touched any more; reader threads do not wait. */
    void awaitEnd() {
        if (ReaderThread.isCurrent()) {
            return;
        }
        try {
            thread.join(GOODBYE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void receiveReplies() {
        try {
            while (true) {
                PendingRequest<?> finished = reader.receive();
                if (finished != null) {
                    reader.finish(finished);
                }
            }
        } catch (EOFException e) {
            die("the server closed the connection" + (window.load() > 0 ? " while requests were open" : ""), e);
        } catch (ServerShutdownException e) {
            sayGoodbye();
            die(e.getMessage(), e);
        } catch (NbdProtocolException e) {
            die(e.getMessage(), e);
        } catch (IOException e) {
            die("receiving replies failed: " + e, e);
        } catch (Throwable e) {
            die("receiving replies failed: " + e, e);
            throw e;
        } finally {
            deadlines.cancel(false);
            window.removeAll().forEach(request -> request.fail(window.death()));
        }
    }

    private void sayGoodbye() {
        try {
            sender.disconnect();
        } catch (IOException e) {
            // the connection ends either way
        }
    }

    private void checkDeadlines() {
        PendingRequest<?> oldest = window.oldest();
        if (oldest == null) {
            return;
        }
        long now = System.nanoTime();
        boolean flushing = window.isFlushing();
        Duration timeout = flushing ? options.flushTimeout() : options.requestTimeout();
        if (now - oldest.sentNanos() > timeout.toNanos()) {
            die(oldest + " was not answered within " + timeout.toMillis() + " ms", null);
        } else if (!flushing && idleNanos(now) > options.idleTimeout().toNanos()) {
            die("nothing arrived for " + options.idleTimeout().toMillis() + " ms while requests were open", null);
        }
    }

    private long idleNanos(long now) {
        return Math.min(negotiated.input().idleNanos(now), now - sender.lastSent());
    }
}
