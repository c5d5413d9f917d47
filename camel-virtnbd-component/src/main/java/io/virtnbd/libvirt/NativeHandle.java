/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import org.libvirt.jna.ConnectionPointer;

/**
 * A native connection that is closed when it was asked for and no call uses it any more, so that closing neither waits for a
 * call nor pulls the memory from under it.
 */
final class NativeHandle {

    private final String uri;
    private final ConnectionPointer connection;
    private int users;
    private boolean closed;

    NativeHandle(String uri, ConnectionPointer connection) {
        this.uri = uri;
        this.connection = connection;
    }

    String uri() {
        return uri;
    }

    /**
     * Takes the connection for a call; {@link #release} must follow.
     *
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#CONNECTION} if it was closed
     */
    synchronized ConnectionPointer acquire() throws LibvirtCallException {
        if (closed) {
            throw new LibvirtCallException(LibvirtCallException.Kind.CONNECTION, uri + ": the connection was closed", null);
        }
        users++;
        return connection;
    }

    /** Whether the connection's socket is still open, as far as this side knows; between {@link #acquire} and release. */
    boolean isOpen() {
        return Bindings.LIBVIRT.virConnectIsAlive(connection) != 0;
    }

    synchronized void release() {
        users--;
        closeWhenUnused();
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            closeWhenUnused();
        }
    }

    private void closeWhenUnused() {
        if (closed && users == 0) {
            Bindings.LIBVIRT.virConnectClose(connection);
        }
    }
}
