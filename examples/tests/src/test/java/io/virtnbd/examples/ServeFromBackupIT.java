/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is served is what was backed up: as the tools that its README names see it. */
@RequiresTools({"qemu-img", "qemu-io", "nbdcopy"})
class ServeFromBackupIT {

    private static final long MIB = 1 << 20;
    private static final String SERVING = "Serving until Enter is pressed.";

    @TempDir
    private Path directory;
    private RunScript script;

    @BeforeEach
    void prepare() throws Exception {
        script = new RunScript("serve-from-backup", directory);
    }

    private Path output() {
        return directory.resolve("serve-from-backup-output");
    }

    private static String uri(String out, String way) {
        Matcher line = Pattern.compile("^" + way + " +vda at (nbd\\S+)$", Pattern.MULTILINE).matcher(out);
        assertThat(line.find()).as(way + " in: " + out).isTrue();
        return line.group(1);
    }

    private static void assertServed(String uri, Path content) {
        Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", uri, content.toString());
    }

    private static void assertEnds(RunScript.Run run) throws Exception {
        RunScript.Result result = run.end();
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void servesADemoDiskWhoseImageToolsTakeOutAndWriteTo() throws Exception {
        Path disk = output().resolve("demo-disk.raw");
        try (RunScript.Run run = script.start()) {
            String out = run.awaitOut(SERVING);
            assertThat(out).containsSubsequence("disk  ", "backup  ", "read-only  ", "writable  ", SERVING);

            Tool.run("nbdcopy", uri(out, "read-only"), directory.resolve("vda.raw").toString());
            assertThat(Files.mismatch(directory.resolve("vda.raw"), disk)).isEqualTo(-1);

            Tool.run("qemu-io", "-f", "raw", "-c", "write -P 0x33 1M 64k", uri(out, "writable"));
            Tool.run("qemu-io", "-f", "raw", "-c", "read -P 0x33 1M 64k", uri(out, "writable"));
            assertServed(uri(out, "read-only"), disk);

            assertEnds(run);
        }
        assertThat(output()).isDirectoryNotContaining("glob:**scratch*");
    }

    @Test
    void servesADomainsChainAsItWasAtEachBackup() throws Exception {
        try (TestDomain domain = new TestDomain(Files.createDirectory(directory.resolve("domain"))).qcow2(48 * MIB).define()
                .start()) {
            Path full = backUp(domain, 1);
            Path increment = backUp(domain, 2);
            assertThat(Files.mismatch(full, increment)).isNotEqualTo(-1);

            Path scratch = directory.resolve("kept");
            Path properties = Files.writeString(directory.resolve("mine.properties"), """
                    serve.directory = %s
                    serve.domain = %s
                    serve.until = virtnbd.0
                    serve.scratch = %s
                    writable.keepScratch = true
                    writable.socket = %s
                    """.formatted(output().resolve("backup"), domain.name(), scratch, directory.resolve("nbd.sock")));
            for (int start = 0; start < 2; start++) {
                try (RunScript.Run run = script.start("--properties", properties.toString(), "writable")) {
                    String out = run.awaitOut(SERVING);
                    assertThat(out).doesNotContain("read-only", "backup ");
                    String uri = uri(out, "writable");
                    assertThat(uri).startsWith("nbd+unix://");
                    if (start == 0) {
                        assertServed(uri, full);
                        Tool.run("qemu-io", "-f", "raw", "-c", "write -P 0x33 30M 64k", "-c", "flush", uri);
                        assertThat(run.terminate().err()).isEmpty();
                    } else {
                        Tool.run("qemu-io", "-f", "raw", "-c", "read -P 0x33 30M 64k", uri);
                        assertEnds(run);
                    }
                }
            }
        }
    }

    /** Lets the guest write, and the example back the domain up and serve it. */
    private Path backUp(TestDomain domain, int pattern) throws Exception {
        domain.guestWrite("vda", pattern, pattern * 2 * MIB, 3 * MIB);
        Path properties = Files.writeString(directory.resolve("domain.properties"), "backup.domain = " + domain.name());
        try (RunScript.Run run = script.start("--properties", properties.toString(), "read-only")) {
            String out = run.awaitOut(SERVING);
            assertThat(out).contains("backup  ").doesNotContain("writable");
            Path content = domain.snapshotContent("vda", directory.resolve("content-" + pattern + ".raw"));
            assertServed(uri(out, "read-only"), content);
            assertEnds(run);
            return content;
        }
    }

    @Test
    void saysThatThereIsNoSuchBackup() throws Exception {
        Path properties = Files.writeString(directory.resolve("mine.properties"),
                "serve.directory = " + directory.resolve("nothing") + "\n");

        RunScript.Result result = script.run("--properties", properties.toString());

        assertThat(result.err()).startsWith("serve-from-backup failed: ").contains("nothing: expected a directory with a backup");
        assertThat(result.exitCode()).isEqualTo(1);
    }
}
