/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that is delivered twice, in whatever way: one backup, and chains that restore. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class RepeatedRequestIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private Path backups;
    private TestDomain domain;
    private RandomGuest guest;
    private BackupRoutes routes;
    /** What each disk was at each backup. */
    private final Map<Made, List<Path>> contents = new LinkedHashMap<>();

    @BeforeEach
    void startDomain() throws Exception {
        backups = directory.resolve("backups");
        domain = new TestDomain(directory).qcow2(16 * MIB, 8 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(20);
        routes = new BackupRoutes(domain.name(), backups, "");
    }

    @AfterEach
    void removeDomain() {
        routes.close();
        domain.close();
    }

    private static Map<String, Object> request(String id, String level) {
        return Map.of(VirtNbdConstants.REQUEST_ID, id, VirtNbdConstants.LEVEL, level);
    }

    private Made made(Made backup) {
        assertThat(backup.duplicate()).as("%s", backup).isFalse();
        contents.put(backup, Stream.of("vda", "vdb").map(disk -> domain.snapshotContent(disk,
                directory.resolve(disk + "-" + contents.size() + ".raw"))).toList());
        return backup;
    }

    private void assertRepeated(Made repeated, Made first) {
        assertThat(repeated).usingRecursiveComparison().ignoringFields("reason", "duplicate").isEqualTo(first);
        assertThat(repeated.duplicate()).isTrue();
        assertThat(repeated.reason()).contains("has made this backup already");
    }

    /** Everything that was made restores, and nothing else is there. */
    private void assertAllRestores() throws IOException {
        try (Stream<Path> files = Files.walk(backups)) {
            assertThat(files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !name.endsWith(".qcow.json")))
                    .containsExactlyInAnyOrderElementsOf(contents.keySet().stream()
                            .map(backup -> domain.name() + "." + backup.checkpoint() + ".json").toList());
        }
        for (Map.Entry<Made, List<Path>> backup : contents.entrySet()) {
            routes.verify(backup.getKey());
            for (int disk = 0; disk < 2; disk++) {
                Path image = directory.resolve("restored.raw");
                routes.restore(backup.getKey(), "vd" + (char) ('a' + disk), image);
                assertThat(Files.mismatch(image, backup.getValue().get(disk))).as("disk %s of %s", disk, backup.getKey())
                        .isEqualTo(-1);
                Files.delete(image);
            }
        }
        assertThat(!domain.isRunning() || domain.virsh("domjobinfo").contains("None")).as("no job").isTrue();
    }

    @Test
    void makesOneBackupAtEachLevel() throws Exception {
        Map<String, Made> answers = new LinkedHashMap<>();
        for (String level : List.of("full", "inc", "diff", "inc", "copy", "off")) {
            String id = "<request> \"" + answers.size() + "\" of 'größe' & 東京 \uD83D\uDE00";
            guest.work(5);
            Path[] before = new Path[0];
            if (level.equals("off")) {
                before = Stream.of("vda", "vdb")
                        .map(disk -> domain.snapshotContent(disk, directory.resolve("off-" + disk))).toArray(Path[]::new);
                domain.virsh("destroy");
            }
            Made first = routes.backUp(request(id, level.equals("off") ? "auto" : level));
            if (level.equals("off")) {
                assertThat(first.level()).isEqualTo("diff");
                contents.put(first, List.of(before));
            } else {
                made(first);
                guest.work(5);
            }
            answers.put(id, first);
            assertRepeated(routes.backUp(request(id, "auto")), first);
        }
        for (Map.Entry<String, Made> answer : answers.entrySet()) {
            assertRepeated(routes.backUp(request(answer.getKey(), "full")), answer.getValue());
        }
        domain.start();
        for (Map.Entry<String, Made> answer : answers.entrySet()) {
            assertRepeated(routes.backUp(request(answer.getKey(), "full")), answer.getValue());
        }
        guest.work(5);
        assertThat(made(routes.backUp("inc")).parent()).isEqualTo("virtnbd.3");
        assertAllRestores();
    }

    @Test
    void makesOneBackupWhenItComesToTwoContextsAtOnce() throws Exception {
        made(routes.backUp("full"));
        try (BackupRoutes one = new BackupRoutes(domain.name(), backups, "&waitForDomain=60000");
                BackupRoutes other = new BackupRoutes(domain.name(), backups, "&waitForDomain=60000")) {
            for (int round = 0; round < 5; round++) {
                guest.work(5);
                Map<String, Object> request = request("round " + round, "auto");
                CyclicBarrier start = new CyclicBarrier(2);
                List<CompletableFuture<Made>> asked = Stream.of(one, other).map(each -> CompletableFuture.supplyAsync(() -> {
                    try {
                        start.await();
                        return each.backUp(request);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }, task -> new Thread(task).start())).toList();
                List<Made> answers = asked.stream().map(CompletableFuture::join).toList();
                Made first = answers.get(answers.get(0).duplicate() ? 1 : 0);
                made(first);
                assertRepeated(answers.get(answers.get(0).duplicate() ? 0 : 1), first);
            }
        }
        assertAllRestores();
    }

    @Test
    void makesABackupWhenTheFirstCouldNotBeDelivered() throws Exception {
        Made full = made(routes.backUp(request("r0", "full")));
        Path set = routes.set(full);
        Path away = directory.resolve("away");
        Files.move(set, away);
        Files.createFile(set);
        guest.work(5);

        assertThatThrownBy(() -> routes.backUp(request("r1", "inc"))).isNotNull();

        Files.delete(set);
        Files.move(away, set);
        guest.work(5);
        Made increment = made(routes.backUp(request("r1", "inc")));
        assertThat(increment.parent()).isEqualTo(full.checkpoint());
        assertRepeated(routes.backUp(request("r1", "inc")), increment);
        assertAllRestores();
    }

    /** The broker gets no acknowledgement, and delivers again to whoever is there. */
    @Test
    void makesOneBackupThoughTheProgramIsKilledBetweenTheCommitAndTheEndOfTheExchange() throws Exception {
        Made full = made(routes.backUp("full"));
        guest.work(5);
        killAt("BackupCompletedEvent", "r1");

        Made answer = routes.backUp(request("r1", "auto"));

        assertThat(answer).usingRecursiveComparison().ignoringFields("reason")
                .isEqualTo(new Made("inc", "virtnbd.0", "virtnbd.1", "virtnbd.0", "", true));
        made(new Made(answer.level(), answer.chain(), answer.checkpoint(), answer.parent(), answer.reason(), false));
        assertThat(full.chain()).isEqualTo(answer.chain());
        guest.work(5);
        assertThat(made(routes.backUp(request("r2", "inc"))).parent()).isEqualTo("virtnbd.1");
        assertAllRestores();
    }

    @Test
    void makesABackupWhenTheProgramWasKilledBeforeTheCommit() throws Exception {
        Made full = made(routes.backUp("full"));
        guest.work(5);
        killAt("BackupStartedEvent", "r1");
        guest.work(5);

        Made increment = made(routes.backUp(request("r1", "auto")));

        assertThat(increment.parent()).isEqualTo(full.checkpoint());
        assertThat(increment.checkpoint()).isEqualTo("virtnbd.2");
        assertRepeated(routes.backUp(request("r1", "auto")), increment);
        assertAllRestores();
    }

    private void killAt(String event, String id) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                RepeatedRequestMain.class.getName(), domain.name(), backups.toString(), id, event)
                .redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader()) {
            StringBuilder printed = new StringBuilder();
            for (String line = output.readLine(); !event.equals(line); line = output.readLine()) {
                assertThat(line).as("expected %s, found only:%n%s", event, printed).isNotNull();
                printed.append(line).append('\n');
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(domain.virsh("domjobinfo")).as("the job that was left").doesNotContain("None");
    }
}
