/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** How sockets are closed. */
final class Sockets {

    private Sockets() {
    }

    /**
     * Closes a socket that other threads may be blocked in. The shutdown comes first because closing alone does not wake a
     * thread that is in {@code FileChannel.transferTo}: it holds the open file, not the descriptor. Bytes already written are
     * still sent; what the peer answers is not received any more.
     */
    static void abort(SocketChannel channel) {
        try {
            if (channel.isConnected()) {
                channel.shutdownInput();
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            // the peer may have been faster; closing is what counts
        } finally {
            closeQuietly(channel);
        }
    }

    static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is left that could be done with it
        }
    }
}
