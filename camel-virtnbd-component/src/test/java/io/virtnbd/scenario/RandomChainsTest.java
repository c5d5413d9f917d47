/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.ServedDisk;
import io.virtnbd.scenario.BackupFiles.Checksums;
import io.virtnbd.scenario.RandomBackups.DiskHistory;
import io.virtnbd.scenario.RandomBackups.DiskPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains made at random are restored to what their disks were, at each of their points, whatever way they come. */
class RandomChainsTest {
    private static final int CHAINS = 200;

    private final long seed = Seed.of("chains.seed", 20_261_127);

    @TempDir
    Path directory;

    @Test
    void restoresEachDiskAtEachPoint() throws Exception {
        System.out.println("random chains: seed " + seed);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (RestoreRoutes routes = new RestoreRoutes()) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int i = 0; i < CHAINS; i++) {
                int chain = i;
                done.add(threads.submit(() -> restore(routes, chain)));
            }
            int points = 0;
            for (Future<Integer> each : done) {
                points += each.get();
            }
            assertThat(points).isGreaterThan(CHAINS);
        } finally {
            threads.shutdownNow();
        }
    }

    private int restore(RestoreRoutes routes, int chain) throws Exception {
        Path own = Files.createDirectory(directory.resolve("chain-" + chain));
        Random random = new Random(seed + chain);
        Checksums checksums = random.nextInt(3) == 0 ? Checksums.ADLER : Checksums.MANIFEST;
        int largest = chain % 50 == 0 ? 24 << 20 : chain % 10 == 0 ? 8 << 20 : 1 << 20;
        RandomBackups backups = RandomBackups.write(own.resolve("sët 1"), seed + chain, largest, checksums);
        int points = 0;
        try {
            assertThat(routes.verify(backups.directory()).getException()).isNull();
            for (DiskHistory disk : backups.disks()) {
                for (DiskPoint point : disk.points()) {
                    Path image = own.resolve("out/" + disk.model().name() + ".raw");
                    restore(routes, backups, disk, point, image, random);
                    points++;
                }
            }
            restoreAll(routes, backups, own.resolve("all"));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ", chain " + chain + " in " + backups.directory(), e);
        }
        delete(own);
        return points;
    }

    private static void restore(RestoreRoutes routes, RandomBackups backups, DiskHistory disk, DiskPoint point, Path image,
            Random random) throws Exception {
        Map<String, Object> headers = new HashMap<>();
        Object body = backups.directory();
        if (random.nextInt(3) == 0) {
            body = messages(routes, point, random);
        } else {
            headers.put(VirtNbdConstants.DISK, disk.model().name());
            if (point != disk.newest() || random.nextBoolean()) {
                headers.put(VirtNbdConstants.UNTIL, random.nextBoolean() ? point.checkpoint() : point.date().plusNanos(1000)
                        .toString());
            }
        }
        if (random.nextInt(5) == 0 && point.content().length > 0) {
            toExport(routes, body, point, headers, random);
            return;
        }
        Exchange exchange = routes.toImage(body, image, headers);
        assertRestored(exchange, point);
        assertThat(Files.mismatch(image, Files.write(image.resolveSibling("expected"), point.content())))
                .as("%s at %s", image, point.checkpoint()).isEqualTo(-1);
        Files.delete(image);
    }

    private static void toExport(RestoreRoutes routes, Object body, DiskPoint point, Map<String, Object> headers, Random random)
            throws Exception {
        try (ServedDisk target = new ServedDisk(point.content().length)) {
            byte[] noise = new byte[point.content().length];
            random.nextBytes(noise);
            target.write(0, noise);
            headers.put(VirtNbdConstants.NBD_URI, target.uri().toString());
            Exchange exchange = routes.send("virtnbd:restore", body, headers);
            assertThat(exchange.getException()).isNull();
            assertThat(target.content()).as("export at %s", point.checkpoint()).isEqualTo(point.content());
        }
    }

    private static void assertRestored(Exchange exchange, DiskPoint point) {
        assertThat(exchange.getException()).as("until %s", point.checkpoint()).isNull();
        assertThat(exchange.getMessage().getHeaders()).containsEntry(VirtNbdConstants.CHECKPOINT, point.checkpoint())
                .containsEntry(VirtNbdConstants.VIRTUAL_SIZE, (long) point.content().length);
    }

    /** The streams in the order of their levels, those of a level in any, each in some form. */
    private static List<Object> messages(RestoreRoutes routes, DiskPoint point, Random random) throws IOException {
        List<Object> messages = new ArrayList<>();
        for (List<Path> level : point.chain()) {
            List<Path> shuffled = new ArrayList<>(level);
            Collections.shuffle(shuffled, random);
            for (Path file : shuffled) {
                Exchange exchange = new DefaultExchange(routes.camel());
                exchange.getMessage().setBody(random.nextBoolean() ? file.toFile() : Files.readAllBytes(file));
                messages.add(random.nextBoolean() ? exchange : random.nextBoolean() ? exchange.getMessage()
                        : exchange.getMessage().getBody());
            }
        }
        return messages;
    }

    /** Every disk at once. */
    private static void restoreAll(RestoreRoutes routes, RandomBackups backups, Path target) throws Exception {
        Exchange exchange = routes.send("virtnbd:restore?format=raw&directory=" + target, backups.directory(), Map.of());
        assertThat(exchange.getException()).isNull();
        for (DiskHistory disk : backups.disks()) {
            if (!disk.points().isEmpty()) {
                assertThat(Files.readAllBytes(target.resolve(disk.model().name() + ".raw"))).as(disk.model().name())
                        .isEqualTo(disk.newest().content());
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
