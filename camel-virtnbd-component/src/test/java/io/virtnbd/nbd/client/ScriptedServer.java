/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that does to its client what a script says, right or wrong. Each connection runs the script in a thread of its own.
 */
public final class ScriptedServer implements AutoCloseable {

    private static final long DEADLINE_MILLIS = 60_000;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Script script;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** What a server does with one client; an IOException means that the client has gone, which is no failure. */
    @FunctionalInterface
    public interface Script {
        void run(Peer peer) throws Exception;
    }

    public ScriptedServer(Script script) throws IOException {
        this.script = script;
        start(this::accept, "scripted-server");
    }

    public NbdUri uri() {
        return NbdUri.parse("nbd://127.0.0.1:" + listener.getLocalPort() + "/disk");
    }

    NbdUri tlsUri() {
        return NbdUri.parse("nbds://127.0.0.1:" + listener.getLocalPort() + "/disk");
    }

    NbdClient connect() throws NbdException {
        return connect(NbdClientOptions.defaults());
    }

    NbdClient connect(NbdClientOptions options) throws NbdException {
        return NbdClient.connect(uri(), options);
    }

    private void start(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                start(() -> serve(socket), "scripted-server-connection");
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.run(new Peer(socket));
        } catch (IOException e) {
            // the client has gone
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    /** Waits for the scripts to end by themselves, which they must when their clients are closed. */
    void awaitScripts() throws Exception {
        listener.close();
        for (Thread thread : threads) {
            thread.join(DEADLINE_MILLIS);
            if (thread.isAlive()) {
                throw new AssertionError("a script did not come to its end");
            }
        }
        throwFailures();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        try {
            for (Thread thread : threads) {
                thread.join(DEADLINE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throwFailures();
    }

    private void throwFailures() {
        if (!failures.isEmpty()) {
            throw new AssertionError("a script failed", failures.get(0));
        }
    }
}
