/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import java.nio.file.Path;

/** Backs up a domain in a process of its own: {@code DOMAIN DIRECTORY LEVEL}. Says when it begins and when it is done. */
final class KilledBackupMain {

    private KilledBackupMain() {
    }

    public static void main(String[] args) throws Exception {
        try (BackupRoutes routes = new BackupRoutes(args[0], Path.of(args[1]), "")) {
            System.out.println("begin");
            routes.backUp(args[2]);
            System.out.println("done");
        }
    }
}
