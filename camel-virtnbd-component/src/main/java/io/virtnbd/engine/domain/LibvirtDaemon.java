/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtConnection;
import java.io.Closeable;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A libvirt daemon with at most one connection to it, which is made when it is needed and made again when it was lost: a backup
 * outlives a restart of the daemon. Safe for use by several threads.
 */
final class LibvirtDaemon implements Closeable {

    private final Connector connector;
    private final Lock connecting = new ReentrantLock();
    private LibvirtConnection connection;
    private boolean closed;

    LibvirtDaemon(Connector connector) {
        this.connector = connector;
    }

    /** Makes a call that can be repeated; it is, once, where the connection was lost. */
    <T> T call(Call<T> call) throws LibvirtCallException {
        LibvirtConnection used = connection();
        try {
            return call.on(used);
        } catch (LibvirtCallException e) {
            if (e.kind() != LibvirtCallException.Kind.CONNECTION) {
                throw e;
            }
            discard(used);
            return call.on(connection());
        }
    }

    /** Makes a call that must not be repeated. The connection is tried first, and made again where it was lost before. */
    <T> T callOnce(Call<T> call) throws LibvirtCallException {
        LibvirtConnection used = connection();
        if (!used.isAlive()) {
            discard(used);
            used = connection();
        }
        return call.on(used);
    }

    /** Connecting can take as long as the network likes; closing does not wait for it. */
    private LibvirtConnection connection() throws LibvirtCallException {
        LibvirtConnection known = known();
        if (known != null) {
            return known;
        }
        connecting.lock();
        try {
            known = known();
            return known != null ? known : keep(connector.connect());
        } finally {
            connecting.unlock();
        }
    }

    /** @return null where there is none */
    private synchronized LibvirtConnection known() throws LibvirtCallException {
        if (closed) {
            throw new LibvirtCallException(LibvirtCallException.Kind.CONNECTION, "the connection to libvirt was closed, because"
                    + " the component has stopped", null);
        }
        return connection;
    }

    private LibvirtConnection keep(LibvirtConnection fresh) throws LibvirtCallException {
        synchronized (this) {
            if (!closed) {
                connection = fresh;
                return fresh;
            }
        }
        fresh.close();
        return known();
    }

    private synchronized void discard(LibvirtConnection lost) {
        if (connection == lost) {
            connection = null;
            lost.close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** Makes a connection. */
    interface Connector {

        LibvirtConnection connect() throws LibvirtCallException;
    }

    /** Something that is done over a connection. */
    interface Call<T> {

        T on(LibvirtConnection connection) throws LibvirtCallException;
    }
}
