/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

/** Looks for threads that clients left behind. */
final class ClientThreads {

    private ClientThreads() {
    }

    static List<String> readers() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("virtnbd-reader")).toList();
    }

    static void awaitNone() {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> assertThat(readers()).isEmpty());
    }
}
