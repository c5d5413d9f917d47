/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.protocol.NbdAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketOpenerTest {

    @Test
    void triesAllAddressesOfAName() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            List<SocketChannel> opened = new ArrayList<>();
            NbdAddress address = new NbdAddress.Tcp("localhost", listener.getLocalPort());
            try (SocketChannel channel = SocketOpener.open(address, opened::add)) {
                assertThat(channel.isConnected()).isTrue();
                assertThat(channel.isBlocking()).isTrue();
                assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
                assertThat(opened).contains(channel);
            }
            assertThat(opened).noneMatch(SocketChannel::isOpen);
        }
    }

    @Test
    void leavesNoSocketBehind() throws Exception {
        List<SocketChannel> opened = new ArrayList<>();
        int port;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = listener.getLocalPort();
        }
        assertThatThrownBy(() -> SocketOpener.open(new NbdAddress.Tcp("127.0.0.1", port), opened::add))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> SocketOpener.open(new NbdAddress.Unix(Path.of("/nowhere/x")), opened::add))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> SocketOpener.open(new NbdAddress.Unix(Path.of("/" + "x".repeat(200))), opened::add))
                .isInstanceOf(IOException.class);
        assertThat(opened).hasSize(3).noneMatch(SocketChannel::isOpen);
    }

    @Test
    void reportsUnknownHosts() {
        assertThatThrownBy(() -> SocketOpener.open(new NbdAddress.Tcp("::zz", 1), channel -> { }))
                .isInstanceOf(IOException.class);
    }
}
