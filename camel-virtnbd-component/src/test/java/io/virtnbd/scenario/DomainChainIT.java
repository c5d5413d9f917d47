/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import io.virtnbd.testing.Virsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A full, increments and a differential of a domain that works at random, each restored to what the disks were then. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64", "virtnbdrestore"})
class DomainChainIT {

    private static final long MIB = 1 << 20;
    private static final int INCREMENTS = 5;

    @TempDir
    private Path directory;
    private TestDomain domain;
    private int files;

    /** What each disk was at a backup. */
    private final Map<Made, Map<String, Path>> contents = new LinkedHashMap<>();

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    private void start(boolean zeroes, String options, Scenario scenario) throws Exception {
        domain = new TestDomain(directory).qcow2(64 * MIB, 48 * MIB).define().start();
        RandomGuest guest = new RandomGuest(domain, zeroes);
        try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("backups"), options)) {
            guest.work(40);
            backUp(routes, "auto");
            for (int i = 0; i < INCREMENTS; i++) {
                guest.work(25);
                backUp(routes, "inc");
            }
            guest.work(25);
            backUp(routes, "diff");
            scenario.run(routes);
        }
    }

    private void backUp(BackupRoutes routes, String level) throws Exception {
        Map<String, Path> disks = new LinkedHashMap<>();
        for (TestDisk disk : domain.disks()) {
            disks.put(disk.target(), domain.snapshotContent(disk.target(), file()));
        }
        contents.put(routes.backUp(level), disks);
    }

    private Path file() {
        return directory.resolve("content-" + files++ + ".raw");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&compression=lz4", "&unit=segment&segmentSize=1m", "&unit=segment&compression=lz4"})
    void restoresEachPointInTime(String options) throws Exception {
        start(true, options, routes -> {
            List<Made> made = new ArrayList<>(contents.keySet());
            assertThat(made).extracting(Made::level).containsExactly("full", "inc", "inc", "inc", "inc", "inc", "diff");
            assertThat(made.get(6).parent()).isEqualTo(made.get(0).checkpoint());
            for (Map.Entry<Made, Map<String, Path>> backup : contents.entrySet()) {
                for (Map.Entry<String, Path> disk : backup.getValue().entrySet()) {
                    Path image = file();
                    routes.restore(backup.getKey(), disk.getKey(), image);
                    assertSame(image, disk.getValue(), disk.getKey() + " at " + backup.getKey());
                    Files.delete(image);
                }
            }
            routes.verify(made.get(0));
        });
    }

    @Test
    void isRestoredByTheReference() throws Exception {
        start(false, "", routes -> {
            List<Made> made = new ArrayList<>(contents.keySet());
            Path set = routes.set(made.get(0));
            compareWithReference(set, made.get(6));
            compareWithReference(set, made.get(3), "--until", made.get(3).checkpoint());

            // and it defines the domain from the set
            String name = domain.name() + "-restored";
            Path restored = directory.resolve("defined");
            reference(set, restored, "-c", "-D", "-N", name);
            try {
                String xml = Virsh.run("dumpxml", name);
                assertThat(xml).contains(restored.toString());
            } finally {
                Virsh.run("undefine", name);
            }
        });
    }

    private void compareWithReference(Path set, Made backup, String... options) throws IOException {
        Path restored = directory.resolve("restored-" + backup.checkpoint());
        String log = reference(set, restored, options);
        for (Map.Entry<String, Path> disk : contents.get(backup).entrySet()) {
            Path raw = file();
            Tool.run("qemu-img", "convert", "-O", "raw", image(restored, disk.getKey(), log).toString(), raw.toString());
            assertSame(raw, disk.getValue(), disk.getKey() + " of the reference at " + backup);
        }
    }

    /**
     * Restores all disks with the reference. It serves one after the other on the same socket, and gives up where the first
     * server removes that socket when the second has just made it, so it is asked again then.
     */
    private static String reference(Path set, Path restored, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("virtnbdrestore", "-i", set.toString(), "-o", restored.toString()));
        command.addAll(List.of(options));
        for (int tries = 1;; tries++) {
            Tool.Result result = Tool.tryRun(command.toArray(String[]::new));
            if (result.exitCode() == 0) {
                return result.output();
            }
            if (tries == 5 || !result.output().contains("nbd_connect_uri: connect")) {
                throw new AssertionError(command + " ended with " + result.exitCode() + ":\n" + result.output());
            }
            try (Stream<Path> files = Files.list(restored)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The reference calls an image as it was called on the host. */
    private Path image(Path restored, String disk, String log) throws IOException {
        try (Stream<Path> images = Files.list(restored)) {
            String name = domain.image(disk).getFileName().toString();
            return images.filter(image -> image.getFileName().toString().equals(name)).findFirst()
                    .orElseThrow(() -> new AssertionError("no image of " + disk + " in " + restored + ":\n" + log));
        }
    }

    private static void assertSame(Path found, Path expected, String what) throws IOException {
        assertThat(Files.mismatch(found, expected)).as(what).isEqualTo(-1);
    }

    private interface Scenario {

        void run(BackupRoutes routes) throws Exception;
    }
}
