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
import io.virtnbd.scenario.StreamFlavour.Payload;
import io.virtnbd.scenario.StreamFlavour.Range;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sets with one damage, at random. A restore writes what the disk was, or refuses before it writes anything; a verification finds
 * everything that concerns the set.
 */
class DamagedChainsTest {
    private static final int SETS = 50;
    private static final int DAMAGES = 20;
    private static final Pattern MANIFEST = Pattern.compile("[^/]*[.]virtnbd[.][0-9]+[.]json");

    private final long seed = Seed.of("damage.seed", 20_261_127);
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger restored = new AtomicInteger();
    private final List<String> wrong = new ArrayList<>();

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(value = Checksums.class, names = {"MANIFEST", "ADLER"})
    void neverRestoresAWrongDisk(Checksums checksums) throws Exception {
        damage(checksums, this::restoreAndVerify, SETS);
    }

    /** What is damaged can be found late then, when an image has been begun. */
    @Test
    void neverGivesAWrongImageItsNameWhereOnlyTheStructureIsCheckedFirst() throws Exception {
        damage(Checksums.MANIFEST, (routes, backups, damage, set, out, random) -> {
            DiskHistory disk = backups.disks().get(random.nextInt(backups.disks().size()));
            if (!disk.points().isEmpty()) {
                Path image = out.resolve("disk.raw");
                Exchange exchange = routes.toImage(backups.directory(), image, Map.of(VirtNbdConstants.DISK,
                        disk.model().name(), VirtNbdConstants.CHECK, "structure"));
                if (exchange.getException() == null) {
                    assertContent(Files.readAllBytes(image), exchange, disk, disk.newest(), older(damage, set));
                } else {
                    refused.incrementAndGet();
                    assertTyped(exchange.getException());
                    assertThat(image).doesNotExist();
                }
            }
        }, SETS / 2);
    }

    /** Streams without compression, manifest and checksum have nothing to compare their data with. */
    @Test
    void aChangeOfDataThatNothingTellsOfIsNotFound() throws Exception {
        byte[] disk = new byte[70_000];
        new Random(5).nextBytes(disk);
        Path set = Files.createDirectory(directory.resolve("set"));
        byte[] stream = new StreamFlavour(Payload.PLAIN, new Random(5)).stream(StreamMetadata.builder().virtualSize(disk.length)
                .diskName("vda").diskFormat("raw").checkpointName("virtnbdbackup.0").build(),
                List.of(new Range(0, disk.length, false)), disk);
        stream[stream.length / 2] ^= 1;
        Files.write(set.resolve("vda.full.data"), stream);
        Path image = directory.resolve("disk.raw");

        try (RestoreRoutes routes = new RestoreRoutes()) {
            assertThat(routes.verify(set).getException()).isNull();
            assertThat(routes.toImage(set, image, Map.of()).getException()).isNull();
        }
        byte[] found = Files.readAllBytes(image);
        int wrong = Arrays.mismatch(found, disk);
        assertThat(wrong).isGreaterThanOrEqualTo(0);
        found[wrong] ^= 1;
        assertThat(found).isEqualTo(disk);
    }

    /** What is asked of a set that is damaged. */
    private interface Trial {
        void on(RestoreRoutes routes, RandomBackups backups, Damage damage, SortedMap<String, byte[]> set, Path out, Random random)
                throws Exception;
    }

    private void damage(Checksums checksums, Trial trial, int sets) throws Exception {
        System.out.println("damaged chains with " + checksums + ": seed " + seed);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (RestoreRoutes routes = new RestoreRoutes()) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                int set = i;
                done.add(threads.submit(() -> damage(routes, set, checksums, trial)));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("refused " + refused + ", restored " + restored);
        assertThat(wrong).as("seed %d", seed).isEmpty();
        assertThat(refused.get()).isGreaterThan(sets);
        assertThat(restored.get()).isGreaterThan(sets);
    }

    private Void damage(RestoreRoutes routes, int number, Checksums checksums, Trial trial) throws Exception {
        Path own = Files.createDirectories(directory.resolve("set-" + number));
        RandomBackups backups = RandomBackups.write(own.resolve("set"), seed + number, 128 << 10, checksums);
        SortedMap<String, byte[]> foreign = twin(own, number, checksums);
        SortedMap<String, byte[]> set = Damage.read(backups.directory());
        Random random = new Random(seed - number);
        for (int i = 0; i < DAMAGES; i++) {
            Damage damage = Damage.of(set, foreign, random);
            damage.apply(set, backups.directory());
            try {
                trial.on(routes, backups, damage, set, Files.createTempDirectory(own, "out"), random);
            } catch (AssertionError e) {
                synchronized (wrong) {
                    wrong.add("set " + number + ", damage " + i + ", " + damage + ": " + e.getMessage().replace('\n', ' '));
                }
            }
            damage.undo(set, backups.directory());
        }
        return null;
    }

    private void restoreAndVerify(RestoreRoutes routes, RandomBackups backups, Damage damage, SortedMap<String, byte[]> set,
            Path out, Random random) throws Exception {
        restore(routes, backups, older(damage, set), out, random);
        verify(routes, backups, damage, set);
    }

    /** With the same names of files, where it has the same levels. */
    private SortedMap<String, byte[]> twin(Path own, int number, Checksums checksums) throws IOException {
        return Damage.read(RandomBackups.write(own.resolve("twin"), seed + 1_000_003L + number, 128 << 10, checksums).directory());
    }

    /**
     * Whether there is nothing left that says that there was more than what is restored: a backup without a manifest is one that
     * was not completed.
     */
    private static boolean older(Damage damage, SortedMap<String, byte[]> set) {
        return damage.isOmission() && MANIFEST.matcher(damage.changed(set).get(0)).matches();
    }

    private void restore(RestoreRoutes routes, RandomBackups backups, boolean older, Path out, Random random) throws Exception {
        DiskHistory disk = backups.disks().get(random.nextInt(backups.disks().size()));
        if (disk.points().isEmpty()) {
            return;
        }
        boolean newest = random.nextBoolean();
        DiskPoint point = newest ? disk.newest() : disk.points().get(random.nextInt(disk.points().size()));
        Map<String, Object> headers = new HashMap<>(Map.of(VirtNbdConstants.DISK, disk.model().name()));
        if (!newest) {
            headers.put(VirtNbdConstants.UNTIL, point.checkpoint());
        }
        if (random.nextInt(4) == 0 && point.content().length > 0) {
            toExport(routes, backups, disk, point, headers, newest && older, random);
            return;
        }
        Path image = out.resolve("disk.raw");
        Exchange exchange = routes.toImage(backups.directory(), image, headers);
        if (exchange.getException() == null) {
            assertContent(Files.readAllBytes(image), exchange, disk, point, newest && older);
            Files.delete(image);
        } else {
            refused.incrementAndGet();
            assertTyped(exchange.getException());
            assertNothingIn(out);
        }
    }

    private void toExport(RestoreRoutes routes, RandomBackups backups, DiskHistory disk, DiskPoint point,
            Map<String, Object> headers, boolean older, Random random) throws Exception {
        byte[] noise = new byte[point.content().length];
        random.nextBytes(noise);
        try (ServedDisk target = new ServedDisk(noise.length)) {
            target.write(0, noise);
            headers.put(VirtNbdConstants.NBD_URI, target.uri().toString());
            Exchange exchange = routes.send("virtnbd:restore", backups.directory(), headers);
            if (exchange.getException() == null) {
                assertContent(target.content(), exchange, disk, point, older);
            } else {
                refused.incrementAndGet();
                assertTyped(exchange.getException());
                assertThat(Arrays.equals(target.content(), noise)).as("export is untouched after %s", exchange.getException())
                        .isTrue();
            }
        }
    }

    private void assertContent(byte[] found, Exchange exchange, DiskHistory disk, DiskPoint point, boolean older) {
        restored.incrementAndGet();
        String checkpoint = exchange.getMessage().getHeader(VirtNbdConstants.CHECKPOINT, String.class);
        if (!older) {
            assertThat(checkpoint).as("checkpoint").isEqualTo(point.checkpoint());
        }
        DiskPoint expected = disk.points().stream().filter(each -> each.checkpoint().equals(checkpoint)).findFirst().orElseThrow();
        assertThat(Arrays.mismatch(found, expected.content())).as("first wrong byte of %s", disk.model().name()).isEqualTo(-1);
    }

    private static void assertTyped(Exception failure) {
        assertThat(failure).isInstanceOfAny(IOException.class);
        assertThat(failure.getMessage()).isNotBlank();
    }

    private static void assertNothingIn(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> left = Files.list(directory)) {
                assertThat(left).as("left behind").isEmpty();
            }
        }
    }

    private static void verify(RestoreRoutes routes, RandomBackups backups, Damage damage, SortedMap<String, byte[]> set) {
        List<String> listed = damage.changed(set).stream().filter(set::containsKey)
                .filter(name -> backups.checksums() == Checksums.MANIFEST ? !MANIFEST.matcher(name).matches()
                        : name.endsWith(".data") && !damage.keepsPairs()).toList(); // nothing need be wrong with the newest then
        if (!listed.isEmpty()) {
            assertThat(routes.verify(backups.directory()).getException()).as("verification with other %s", listed).isNotNull();
        }
    }
}
