/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.serve.ChainServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The servers that messages have started, by the name in their endpoints' URIs. Safe for use by several threads. */
public final class OpenServers {

    private final List<Named> servers = new ArrayList<>();
    private boolean closed;

    private record Named(String name, ChainServer server) {
    }

    /** @throws IOException if the component is stopped; the server is closed then */
    synchronized void add(String name, ChainServer server) throws IOException {
        if (closed) {
            server.close();
            throw new IOException("the component is stopped, nothing is served");
        }
        servers.add(new Named(name, server));
    }

    /**
     * Ends the servers of that name.
     *
     * @param uri of a disk that is served; null for all of that name
     * @return how many there were
     */
    int stop(String name, String uri) throws IOException {
        List<ChainServer> ended = new ArrayList<>();
        synchronized (this) {
            servers.removeIf(each -> {
                boolean meant = Objects.equals(each.name(), name) && (uri == null || each.server().uris().containsValue(uri));
                if (meant) {
                    ended.add(each.server());
                }
                return meant;
            });
        }
        Closing.all(ended);
        return ended.size();
    }

    /** Ends all, and those that would come later. */
    public void close() throws IOException {
        List<ChainServer> ended;
        synchronized (this) {
            closed = true;
            ended = servers.stream().map(Named::server).toList();
            servers.clear();
        }
        Closing.all(ended);
    }

    /** Lets servers be started again. */
    public synchronized void open() {
        closed = false;
    }
}
