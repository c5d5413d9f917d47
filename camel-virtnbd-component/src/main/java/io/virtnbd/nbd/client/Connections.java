/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The connections of a client, which live and die together: one that went on with fewer would hide the fault. */
final class Connections {

    private final List<Connection> all = new CopyOnWriteArrayList<>();

    private Connections() {
    }

    /** Opens as many connections as the options want and the server allows. */
    static Connections open(NbdUri uri, NbdClientOptions options) throws NbdNegotiationException {
        Connections connections = new Connections();
        boolean complete = false;
        try {
            Connector connector = new Connector(uri, options);
            connections.add(connector);
            while (connections.all.size() < options.connections() && connections.export().canMultiConn()) {
                ExportInfo next = connections.add(connector).export();
                if (!next.equals(connections.export())) {
                    throw new NbdNegotiationException(uri + ": the server describes the export differently for each"
                            + " connection: " + connections.export() + ", then " + next);
                }
            }
            complete = true;
            return connections;
        } finally {
            if (!complete) {
                connections.close();
            }
        }
    }

    private Connection add(Connector connector) throws NbdNegotiationException {
        Connection connection = connector.open(this::killAll);
        all.add(connection);
        return connection;
    }

    private void killAll(NbdException cause) {
        for (Connection connection : all) {
            if (connection.isOpen()) {
                connection.die("another connection of this client died: " + cause.getMessage(), cause);
            }
        }
    }

    ExportInfo export() {
        return all.get(0).export();
    }

    boolean areOpen() {
        return all.stream().allMatch(Connection::isOpen);
    }

    /** The connection with the fewest requests. */
    Connection leastBusy() {
        Connection best = all.get(0);
        if (all.size() > 1) {
            int least = Integer.MAX_VALUE;
            for (Connection connection : all) {
                int load = connection.load();
                if (load < least) {
                    least = load;
                    best = connection;
                }
            }
        }
        return best;
    }

    void close() {
        all.forEach(Connection::close);
        all.forEach(Connection::awaitEnd);
    }
}
