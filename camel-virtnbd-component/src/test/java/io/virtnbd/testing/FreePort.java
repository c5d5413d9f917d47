/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port for a server that has to be told one. It is none of those that Linux gives to whoever asks for any: between the question
 * and the start of the server, and while a server is away that comes back, no connection and no other server takes it by chance.
 */
public final class FreePort {

    private static final int FIRST = 20_000;
    /** Where the ports for everybody begin, {@code net.ipv4.ip_local_port_range}. */
    private static final int END = 32_768;
    private static final Set<Integer> FOUND = ConcurrentHashMap.newKeySet();

    private FreePort() {
    }

    /** Finds a port of the loopback interface that is free now, another one each time. */
    public static int find() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (FOUND.add(free.getLocalPort())) {
                    return port;
                }
            } catch (IOException e) {
                // taken: another one
            }
        }
        throw new AssertionError("none of 1000 ports from " + FIRST + " to " + (END - 1) + " is free");
    }
}
