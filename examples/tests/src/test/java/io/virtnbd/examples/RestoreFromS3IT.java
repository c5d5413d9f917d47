/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreFromS3IT {

    @TempDir
    private Path directory;

    @Test
    void restoresAndComparesAgainAndAgain() throws Exception {
        RunScript script = new RunScript("restore-from-s3", directory);
        for (int run = 0; run < 2; run++) {
            RunScript.Result result = script.run();

            assertThat(result.err()).isEmpty();
            assertThat(result.out()).containsSubsequence("disk  ", "S3 server  ", "backup  ", "restore  ",
                    "all 1073741824 bytes of the restored disk are those of the source", "restored/vda.raw");
            assertThat(result.exitCode()).isZero();
        }
        Path output = directory.resolve("restore-from-s3-output");
        assertThat(Files.mismatch(output.resolve("demo-disk.raw"), output.resolve("restored/vda.raw"))).isEqualTo(-1);
        // what was fetched is gone
        assertThat(output).isDirectoryNotContaining("glob:**virtnbd-restore*");
    }

    @Test
    void failsWhereThereIsNoSuchBackup() throws Exception {
        Path properties = Files.writeString(directory.resolve("mine.properties"),
                "backup.domain = vm9\nrestore.chain = virtnbd.7\n");

        RunScript.Result result = new RunScript("restore-from-s3", directory).run("--properties", properties.toString());

        assertThat(result.err()).contains("restore-from-s3 failed: chain virtnbd.7 of vm9: ");
        assertThat(result.exitCode()).isEqualTo(1);
    }
}
