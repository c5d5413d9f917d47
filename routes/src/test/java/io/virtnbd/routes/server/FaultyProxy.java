/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A proxy on a port of the loopback interface that does to TCP connections what networks and servers do: it cuts them in the
 * middle, refuses them, falls silent, or answers in the place of an HTTP server. Without being told to it only passes bytes on.
 */
public final class FaultyProxy implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger faults = new AtomicInteger();
    /** Faults that are still to come. */
    private final AtomicInteger left = new AtomicInteger();
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile long cutAfterReceived = Long.MAX_VALUE;
    private volatile int status;
    private volatile boolean refusing;
    private volatile boolean refusingAfterCut;
    private volatile long silentAfter = Long.MAX_VALUE;

    /** @param target port of the server on the loopback interface */
    public FaultyProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Cuts all connections whenever clients have sent that many bytes more, so many times. */
    public void cutAfter(long bytes, int times) {
        sent.set(0);
        left.set(times);
        cutAfter = bytes;
    }

    /** Cuts all connections whenever clients have been sent that many bytes more, so many times. */
    public void cutAfterReceived(long bytes, int times) {
        received.set(0);
        left.set(times);
        cutAfterReceived = bytes;
    }

    /** Cuts all connections when clients have sent that many bytes more, and lets none begin from then on. */
    public void refuseAfter(long bytes) {
        refusingAfterCut = true;
        cutAfter(bytes, 1);
    }

    /** Passes nothing on, in any direction, when clients have sent that many bytes more, and cuts no connection. */
    public void fallSilentAfter(long bytes) {
        sent.set(0);
        silentAfter = bytes;
    }

    /** Answers the next requests with that status of HTTP, each on a connection that ends then; those that are open are cut. */
    public void answer(int httpStatus, int times) {
        left.set(times);
        status = httpStatus;
        cutAll();
    }

    /** Cuts all connections and lets none begin. */
    public void refuse() {
        refusing = true;
        cutAll();
    }

    /** Passes everything on, from now on. */
    public void heal() {
        cutAfter = Long.MAX_VALUE;
        cutAfterReceived = Long.MAX_VALUE;
        status = 0;
        refusingAfterCut = false;
        silentAfter = Long.MAX_VALUE;
        synchronized (this) {
            notifyAll();
        }
        refusing = false;
    }

    /** How often it did as it was told: cuts, answers and refusals. */
    public int faults() {
        return faults.get();
    }

    /** How many sockets are open now, to clients and to the server. */
    public int connections() {
        return sockets.size();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                client.setTcpNoDelay(true); // what comes in small pieces must not wait for acknowledgements of former ones
                sockets.add(client);
                start("connection", () -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try {
            if (refusing) {
                faults.incrementAndGet();
            } else if (status != 0 && take()) {
                faults.incrementAndGet();
                answer(client);
            } else {
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                server.setTcpNoDelay(true);
                sockets.add(server);
                Thread back = start("back", () -> copy(server, client, received));
                copy(client, server, sent);
                back.join();
                close(server);
            }
        } catch (IOException | InterruptedException e) {
            // the other side sees the end of the connection
        } finally {
            close(client);
        }
    }

    private boolean take() {
        return left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    private void answer(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        in.readNBytes(1);
        client.getOutputStream().write(("HTTP/1.1 " + status + " Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        client.setSoTimeout(200);
        byte[] rest = new byte[BUFFER];
        while (in.read(rest) > 0) {
            // a connection that is closed with bytes unread is reset, and the answer lost
        }
    }

    private void copy(Socket from, Socket to, AtomicLong counter) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                if (counter.addAndGet(n) > (counter == sent ? cutAfter : cutAfterReceived)) {
                    counter.set(0);
                    if (take()) {
                        faults.incrementAndGet();
                        refusing |= refusingAfterCut;
                        cutAll();
                        return;
                    }
                }
                awaitSpeech();
                out.write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException | InterruptedException e) {
            close(from);
            close(to);
        }
    }

    private synchronized void awaitSpeech() throws InterruptedException {
        while (sent.get() > silentAfter) {
            faults.incrementAndGet();
            wait();
        }
    }

    private void cutAll() {
        sockets.forEach(this::close);
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        closeQuietly(socket);
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, "faulty-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        closeQuietly(listener);
        cutAll();
    }
}
