/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/** The socket that clients connect to. A unix socket's file is there for as long as the listener is open. */
final class Listener implements Closeable {

    private static final int BACKLOG = 128;

    private final ServerSocketChannel channel;
    private final SocketAddress address;

    private Listener(ServerSocketChannel channel, SocketAddress address) {
        this.channel = channel;
        this.address = address;
    }

    /**
     * Starts to listen.
     *
     * @throws IOException if the address is in use, or cannot be used; the message names it
     */
    static Listener open(SocketAddress address) throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        ServerSocketChannel channel = unix
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        try {
            channel.bind(address, BACKLOG);
            return new Listener(channel, unix ? address : withPort((InetSocketAddress) address, channel.getLocalAddress()));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /** The address with the port that the system chose where 0 was asked for. */
    SocketAddress address() {
        return address;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    SocketChannel accept() throws IOException {
        SocketChannel client = channel.accept();
        try {
            if (address instanceof InetSocketAddress) {
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            }
            return client;
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            if (address instanceof UnixDomainSocketAddress unix) {
                Files.deleteIfExists(unix.getPath());
            }
        }
    }

    private static InetSocketAddress withPort(InetSocketAddress asked, SocketAddress bound) {
        int port = ((InetSocketAddress) bound).getPort();
        return new InetSocketAddress(asked.getAddress(), port);
    }
}
