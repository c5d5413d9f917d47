/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import io.virtnbd.nbd.protocol.NbdAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Connects sockets. */
public final class SocketOpener {

    private SocketOpener() {
    }

    /**
     * Connects to an address; of a name with several addresses one after the other is tried.
     *
     * @param opened is given each socket before it is connected, so that another thread can close it when time is up
     * @return a connected socket in blocking mode, without delay of small packets (TCP_NODELAY)
     * @throws IOException if none of the addresses can be connected to; no socket is left open
     */
    public static SocketChannel open(NbdAddress address, Consumer<SocketChannel> opened) throws IOException {
        IOException failure = null;
        for (SocketAddress candidate : resolve(address)) {
            SocketChannel channel = candidate instanceof UnixDomainSocketAddress
                    ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
            try {
                opened.accept(channel);
                if (candidate instanceof InetSocketAddress) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                }
                channel.connect(candidate);
                return channel;
            } catch (IOException | RuntimeException e) {
                Sockets.closeQuietly(channel);
                IOException next = e instanceof IOException io ? io : new IOException(e);
                if (failure != null) {
                    next.addSuppressed(failure);
                }
                failure = next;
            }
        }
        throw failure;
    }

    private static List<SocketAddress> resolve(NbdAddress address) throws IOException {
        List<SocketAddress> candidates = new ArrayList<>();
        if (address instanceof NbdAddress.Unix unix) {
            candidates.add(UnixDomainSocketAddress.of(unix.path()));
        } else if (address instanceof NbdAddress.Tcp tcp) {
            for (InetAddress resolved : InetAddress.getAllByName(tcp.host())) {
                candidates.add(new InetSocketAddress(resolved, tcp.port()));
            }
        }
        return candidates;
    }
}
