/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * An NBD server: fixed newstyle handshake, structured replies, {@code base:allocation}, TLS by STARTTLS. Each connection has a
 * daemon thread of its own, and nothing but the exports is shared between clients. Clients are not trusted: number, length and
 * time of what they send are limited. Thread-safe.
 *
 * <pre>{@code
 * try (RawFileExport disk = RawFileExport.readOnly(Path.of("disk.raw"));
 *         NbdServer server = NbdServer.builder().export("", disk).build().start()) {
 *     System.out.println(server.uri(""));
 *     ...
 * }
 * }</pre>
 *
 * <p>Source: the NBD protocol document. Not supported: oldstyle, extended headers, CACHE, RESIZE, fast zeroes.
 */
public final class NbdServer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(NbdServer.class);
    private static final long CLOSE_SECONDS = 10;
    private static final long ACCEPT_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ServerConfig config;
    private final Connections connections;
    private Listener listener;
    private ScheduledExecutorService watchdog;
    private boolean closed;
    /** Whether the last client was refused; of the accepting thread. */
    private boolean refusing;

    NbdServer(ServerConfig config) {
        this.config = config;
        this.connections = new Connections(config.maxConnections());
    }

    /** Starts the configuration of a server. */
    public static NbdServerBuilder builder() {
        return new NbdServerBuilder();
    }

    /**
     * Starts to listen; clients can connect when this returns.
     *
     * @return this server
     * @throws IOException           if the address cannot be used; the message names it
     * @throws IllegalStateException if the server was started before
     */
    public synchronized NbdServer start() throws IOException {
        if (closed || listener != null) {
            throw new IllegalStateException("the server was " + (closed ? "closed" : "started") + " before");
        }
        listener = Listener.open(config.address());
        watchdog = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "nbd-server-watchdog"));
        long period = watchPeriodMillis();
        watchdog.scheduleWithFixedDelay(connections::abortOverdue, period, period, TimeUnit.MILLISECONDS);
        Listener accepting = listener;
        daemon(() -> acceptAll(accepting), "nbd-server-accept").start();
        return this;
    }

    /**
     * The URI of an export: {@code nbd} or {@code nbd+unix}, with TLS configured, required or not, {@code nbds} or
     * {@code nbds+unix}.
     *
     * @throws IllegalArgumentException if there is no such export
     * @throws IllegalStateException    if the server was not started
     */
    public synchronized String uri(String exportName) {
        if (!config.exports().containsKey(exportName)) {
            throw new IllegalArgumentException("there is no export '" + exportName + "'");
        }
        if (listener == null) {
            throw new IllegalStateException("the server was not started");
        }
        return ExportUri.of(listener.address(), config.tls() != null, exportName);
    }

    /**
     * Ends all connections, also those with requests in flight, and removes the file of the unix socket. When this returns no
     * export is in use any more, unless a call of one is stuck for more than 10 s. A second call does nothing.
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (listener != null) {
                listener.close();
                watchdog.shutdownNow();
            }
        } finally {
            try {
                connections.close(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void acceptAll(Listener accepting) {
        for (long number = 1; accepting.isOpen(); number++) {
            try {
                serve(accepting.accept(), number);
            } catch (ClosedChannelException e) {
                // either the server was closed, or the client was gone at once
                LOG.debug("No connection to serve", e);
            } catch (IOException e) {
                LOG.warn("Cannot accept a connection", e);
                // such as too many open files, which does not pass by trying at once
                LockSupport.parkNanos(ACCEPT_RETRY_NANOS);
            }
        }
    }

    private void serve(SocketChannel channel, long number) throws IOException {
        ClientSocket socket = new ClientSocket(channel, config.handshakeTimeout(), config.idleTimeout());
        String peer = describe(channel, number);
        Connection connection =
                new Connection(socket, config.exports(), config.tls(), peer, () -> connections.ended(socket));
        boolean started = connections.start(socket, daemon(connection, "nbd-server-" + number));
        if (!started) {
            socket.close();
            // once for a row of them, as a client may try without end
            LOG.atLevel(refusing ? Level.DEBUG : Level.WARN)
                    .log("Refused {}: at most {} connections may be open", peer, config.maxConnections());
        }
        refusing = !started;
    }

    /** Where a client is, for the log. Clients of a unix socket have no address. */
    private static String describe(SocketChannel channel, long number) {
        try {
            String address = channel.getRemoteAddress().toString();
            return "client " + number + (address.isEmpty() ? "" : " at " + address);
        } catch (IOException e) {
            return "client " + number;
        }
    }

    private long watchPeriodMillis() {
        Duration idle = config.idleTimeout();
        Duration shortest = idle.isZero() || idle.compareTo(config.handshakeTimeout()) > 0 ? config.handshakeTimeout() : idle;
        return Math.max(10, Math.min(1000, shortest.toMillis() / 4));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
