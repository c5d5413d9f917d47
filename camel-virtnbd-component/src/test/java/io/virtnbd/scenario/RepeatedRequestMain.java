/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import io.virtnbd.camel.header.VirtNbdConstants;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;

/**
 * Backs up a domain for a request in a process of its own: {@code DOMAIN DIRECTORY ID EVENT}. At the event with that class's
 * name it says so, and waits to be killed.
 */
final class RepeatedRequestMain {

    private RepeatedRequestMain() {
    }

    public static void main(String[] args) throws Exception {
        SimpleEventNotifierSupport waiting = new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) throws Exception {
                if (event.getClass().getSimpleName().equals(args[3])) {
                    System.out.println(args[3]);
                    new CountDownLatch(1).await();
                }
            }
        };
        waiting.start();
        try (BackupRoutes routes = new BackupRoutes(args[0], Path.of(args[1]), "",
                camel -> camel.getManagementStrategy().addEventNotifier(waiting))) {
            routes.backUp(Map.of(VirtNbdConstants.REQUEST_ID, args[2]));
        }
    }
}
