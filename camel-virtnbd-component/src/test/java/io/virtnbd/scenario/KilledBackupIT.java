/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is killed at any moment of a backup: the next start cleans up, and the chain goes on. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class KilledBackupIT {

    private static final long MIB = 1 << 20;
    private static final int KILLS = 20;

    @TempDir
    private Path directory;
    private Path backups;
    private TestDomain domain;
    private RandomGuest guest;
    private int files;

    @BeforeEach
    void startDomain() {
        backups = directory.resolve("backups");
        domain = new TestDomain(directory).qcow2(64 * MIB, 16 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(40);
    }

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    @Test
    void cleansUpAfterAKillAtAnyMomentAndContinuesTheChain() throws Exception {
        long seed = new SplittableRandom().nextLong();
        System.out.println("kills: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        long whole = run("full", Long.MAX_VALUE);
        Map<Made, Path> contents = new LinkedHashMap<>();
        for (int kill = 0; kill < KILLS; kill++) {
            guest.work(5);
            long killed = run("inc", random.nextLong(whole + whole / 4));
            String what = "kill " + kill + " after " + killed / 1_000_000 + " ms";
            assertThat(domain.isRunning()).as(what).isTrue();
            try (BackupRoutes routes = new BackupRoutes(domain.name(), backups, "")) {
                // the start alone ends the job
                Awaitility.await(what).until(() -> domain.virsh("domjobinfo").contains("None"));
                guest.work(5);
                Path content = domain.snapshotContent("vda", directory.resolve("content-" + files++ + ".raw"));
                Made made = routes.backUp("inc");
                assertRestores(routes, made, content, what);
                contents.put(made, content);
                assertThat(domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank())).as(what)
                        .containsExactlyInAnyOrder("virtnbd.0", made.checkpoint());
            }
        }
        try (BackupRoutes routes = new BackupRoutes(domain.name(), backups, "")) {
            for (Map.Entry<Made, Path> each : contents.entrySet()) {
                assertRestores(routes, each.getKey(), each.getValue(), "in the end");
            }
        }
    }

    private void assertRestores(BackupRoutes routes, Made made, Path content, String what) throws IOException {
        Path image = directory.resolve("restored.raw");
        routes.restore(made, "vda", image);
        assertThat(Files.mismatch(image, content)).as("%s: %s", what, made).isEqualTo(-1);
        Files.delete(image);
    }

    /**
     * Makes a backup in another process.
     *
     * @param nanos after which it is killed, counted from the moment at which it begins
     * @return how long it has run
     */
    private long run(String level, long nanos) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                KilledBackupMain.class.getName(), domain.name(), backups.toString(), level).redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader()) {
            StringBuilder printed = new StringBuilder();
            await(output, "begin", printed);
            long start = System.nanoTime();
            if (nanos == Long.MAX_VALUE) {
                await(output, "done", printed);
                long took = System.nanoTime() - start;
                assertThat(process.waitFor()).isZero();
                return took;
            }
            Thread.sleep(Duration.ofNanos(nanos).toMillis());
            process.destroyForcibly().waitFor();
            return System.nanoTime() - start;
        } finally {
            process.destroyForcibly();
        }
    }

    private static void await(BufferedReader output, String line, StringBuilder printed) throws IOException {
        for (String read = output.readLine(); !line.equals(read); read = output.readLine()) {
            if (read == null) {
                throw new AssertionError("expected '" + line + "', found only:\n" + printed);
            }
            printed.append(read).append('\n');
        }
    }
}
