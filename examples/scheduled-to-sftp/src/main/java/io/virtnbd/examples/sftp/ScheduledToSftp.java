/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.sftp;

import io.virtnbd.examples.support.Example;
import io.virtnbd.examples.support.OutputDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Backs up a disk to an SFTP server by a schedule. The routes that do it are in {@code camel/backup.camel.yaml}. */
public final class ScheduledToSftp {

    private static final String HELP = """
            Backs up a disk to an SFTP server every few seconds, and ends after two backups.

            usage: run [options]  with a demo disk and an SFTP server that the program brings
            """;

    private static final int BACKUPS = 2;

    private ScheduledToSftp() {
    }

    public static void main(String[] args) {
        Example.main("scheduled-to-sftp", HELP, List.of(), args, ScheduledToSftp::run);
    }

    private static void run(Example example) throws Exception {
        example.serveDemoDisk();
        SftpServer.start(example);
        BackupResults results = new BackupResults("scheduled", BACKUPS);
        example.bind("results", results);
        example.start();
        for (int i = 0; i < BACKUPS; i++) {
            String result = results.next();
            example.tell(LocalTime.now().truncatedTo(ChronoUnit.SECONDS).toString(), result);
        }
        Path files = example.output().path().resolve("sftp");
        if (Files.exists(files)) {
            example.out().println();
            example.output().print(example.out(), OutputDirectory.filesBelow(files));
        }
    }
}
