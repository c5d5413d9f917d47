/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduledToSftpIT {

    @TempDir
    private Path directory;

    @Test
    void makesTwoBackupsAndEnds() throws Exception {
        RunScript.Result result = new RunScript("scheduled-to-sftp", directory).run();

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).containsSubsequence("disk  ", "SFTP server  ", "backup of demo completed",
                "backup of demo completed", "Files in scheduled-to-sftp-output");
        assertThat(result.exitCode()).isZero();
        Path output = directory.resolve("scheduled-to-sftp-output");
        try (Stream<Path> backups = Files.list(output.resolve("sftp/backups/demo"))) {
            List<Path> found = backups.toList();
            assertThat(found).hasSize(2);
            for (Path backup : found) {
                assertThat(Files.mismatch(output.resolve("demo-disk.raw"), new BackupSet(backup).restoreTo(directory)))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void refusesAServerWithAnotherKeyThanIsKnown() throws Exception {
        Path output = directory.resolve("scheduled-to-sftp-output");
        RunScript script = new RunScript("scheduled-to-sftp", directory);
        Path properties = Files.writeString(directory.resolve("mine.properties"), """
                camel.kamelet.virtnbd-sftp-sink.knownHostsFile = %s
                """.formatted(Files.createFile(directory.resolve("nobody"))));

        RunScript.Result result = script.run("--properties", properties.toString());

        assertThat(result.err()).contains("scheduled-to-sftp failed: ").contains("HostKey");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(output.resolve("sftp")).isEmptyDirectory();
    }
}
