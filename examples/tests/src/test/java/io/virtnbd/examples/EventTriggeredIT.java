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

class EventTriggeredIT {

    @TempDir
    private Path directory;

    @Test
    void repliesToARequestAndPutsABadOneAside() throws Exception {
        RunScript.Result result = new RunScript("event-triggered", directory).run();

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).containsSubsequence("disk  ", "broker  ",
                "request  ", "\"first\"", "reply  ", "\"requestId\":\"first\",\"status\":\"completed\",\"domain\":\"demo\"",
                "request  ", "\"second\"", "reply  ", "\"status\":\"rejected\"",
                "dead letter  {\"requestId\": \"second\"", "because ", "level", "Files in event-triggered-output");
        assertThat(result.exitCode()).isZero();
        Path output = directory.resolve("event-triggered-output");
        Path restored = BackupSet.only(output.resolve("backup/demo")).restoreTo(directory);
        assertThat(Files.mismatch(output.resolve("demo-disk.raw"), restored)).isEqualTo(-1);
    }

    @Test
    void failsWhereThereIsNoBroker() throws Exception {
        Path properties = Files.writeString(directory.resolve("mine.properties"),
                "broker.url = tcp://127.0.0.1:" + FreePort.find() + "\n");

        RunScript.Result result = new RunScript("event-triggered", directory).run("--properties", properties.toString());

        assertThat(result.err()).contains("event-triggered failed: ");
        assertThat(result.out()).doesNotContain("broker  ", "reply  ");
        assertThat(result.exitCode()).isEqualTo(1);
    }
}
