/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.restore.FrameFeed;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.IncompleteChainException;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.RestoreSession;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.scenario.BackupFiles.Checksums;
import io.virtnbd.scenario.RandomBackups.DiskHistory;
import io.virtnbd.scenario.RandomBackups.DiskPoint;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random chains that come as messages to a session, some of them lost, doubled, cut off, changed, swapped with those of other disks
 * and backups, broken off in the midst, and delivered again to another session: an image that has its name is the disk at the wanted
 * checkpoint, and what has failed can be restored from the messages as they were. With {@code -DargLine="-Dsessions.seed=…"} others.
 */
class HostileSessionsTest {
    private static final int SETS = 20;
    private static final int ROUNDS = 10;

    private final long seed = Long.getLong("sessions.seed", 1);

    @TempDir
    Path directory;
    private final List<String> log = new ArrayList<>();
    private int completed;
    private int refused;

    /** A stream or a manifest, maybe not what it was. */
    private record Item(String name, byte[] bytes, boolean manifest, int breaksAt) {
        Item with(byte[] other) {
            return new Item(name, other, manifest, breaksAt);
        }
    }

    /** A session that is replaced by another one now and then. */
    private final class Sessions implements AutoCloseable {
        private final RestoreOptions options;
        private RestoreSession open;

        Sessions(RestoreOptions options) throws IOException {
            this.options = options;
            open = new RestoreSession(options);
        }

        void another() throws IOException {
            open.close();
            open = new RestoreSession(options);
        }

        @Override
        public void close() throws IOException {
            open.close();
        }
    }

    @Test
    void neverGiveAWrongImageItsName() throws Exception {
        for (int set = 0; set < SETS; set++) {
            Path own = directory.resolve("set-" + set);
            Checksums checksums = set % 3 == 0 ? Checksums.ADLER : Checksums.MANIFEST;
            RandomBackups backups = RandomBackups.write(own.resolve("set"), seed + set, 64 << 10, checksums);
            RandomBackups twin = RandomBackups.write(own.resolve("twin"), seed + 1_000_003L + set, 64 << 10, checksums);
            for (int round = 0; round < ROUNDS; round++) {
                Random random = new Random(1000 * (seed + set) + round);
                try {
                    restore(backups, twin, Files.createDirectories(own.resolve("out-" + round)), random);
                } catch (Exception | AssertionError e) {
                    throw new AssertionError("seed " + seed + ", set " + set + ", round " + round + ": " + log, e);
                }
            }
        }
        System.out.println("hostile sessions: seed " + seed + ", refused " + refused + ", completed " + completed);
        assertThat(refused).isGreaterThan(SETS);
        assertThat(completed).isGreaterThan(SETS);
    }

    private void restore(RandomBackups backups, RandomBackups twin, Path out, Random random) throws Exception {
        DiskHistory disk = backups.disks().get(random.nextInt(backups.disks().size()));
        if (disk.points().isEmpty()) {
            return;
        }
        DiskPoint point = disk.points().get(random.nextInt(disk.points().size()));
        log.clear();
        Path image = out.resolve("disk.raw");
        boolean manifests = backups.checksums() == Checksums.MANIFEST;
        // a manifest is what tells of data that was changed: it has to come before the end
        String until = manifests || random.nextBoolean() ? null : point.checkpoint();
        List<Item> whole = items(backups, point, random);
        boolean resume = random.nextInt(4) > 0;
        RestoreOptions options = RestoreOptions.toImage(image, ImageFormat.RAW).withSyncInterval(1 + random.nextInt(20_000))
                .withResume(resume);
        try (Sessions sessions = new Sessions(options)) {
            boolean unheard = false;
            for (Item item : hostile(whole, items(twin, any(twin, random), random), manifests, random)) {
                // what came before the first stream a program that is killed forgets
                if (resume && random.nextInt(6) == 0 && Files.exists(out.resolve("disk.raw.partial.journal"))) {
                    log.add("another session");
                    sessions.another();
                }
                log.add(item.name() + (item.breaksAt() < 0 ? "" : " breaks at " + item.breaksAt()) + " of " + item.bytes().length);
                try {
                    deliver(sessions.open, item, until, random);
                } catch (IOException e) {
                    refused++;
                    log.add(e.getClass().getSimpleName() + " " + e.getMessage());
                    unheard |= item.manifest() || manifests && !(e instanceof IncompleteChainException);
                }
                if (Files.exists(image)) {
                    assertImage(image, point);
                }
            }
            if (!unheard || !manifests) {
                complete(sessions.open, point);
            }
            if (Files.exists(image)) {
                assertImage(image, point);
                return;
            }
            again(sessions, out, whole, point, random);
        }
        assertImage(image, point);
        assertThat(out.toFile().list()).containsExactly("disk.raw");
    }

    private void complete(RestoreSession session, DiskPoint point) {
        try {
            session.complete(point.checkpoint());
        } catch (IOException e) {
            refused++;
            log.add("complete: " + e);
        }
    }

    private static DiskPoint any(RandomBackups backups, Random random) {
        List<DiskPoint> points = backups.disks().stream().flatMap(disk -> disk.points().stream()).toList();
        return points.get(random.nextInt(points.size()));
    }

    /** As they were, with what is in the way removed where it is not of this chain. */
    private void again(Sessions sessions, Path out, List<Item> whole, DiskPoint point, Random random) throws IOException {
        for (boolean clean = false; ; clean = true) {
            try {
                for (Item item : whole) {
                    log.add("again " + item.name());
                    deliver(sessions.open, item, null, random);
                }
                assertThat(sessions.open.complete(point.checkpoint()).complete()).isTrue();
                return;
            } catch (IOException e) {
                if (clean) {
                    throw e;
                }
                log.add(e.getClass().getSimpleName() + " " + e.getMessage());
            }
            sessions.close();
            try (Stream<Path> left = Files.list(out)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            sessions.another();
        }
    }

    private void assertImage(Path image, DiskPoint point) throws IOException {
        completed++;
        assertThat(Arrays.mismatch(Files.readAllBytes(image), point.content())).as("first wrong byte").isEqualTo(-1);
    }

    /** The streams that lead to a point, those of a backup in any order, and the manifest of each backup somewhere. */
    private static List<Item> items(RandomBackups backups, DiskPoint point, Random random) throws IOException {
        List<Item> items = new ArrayList<>();
        for (List<Path> files : point.chain()) {
            List<Path> shuffled = new ArrayList<>(files);
            Collections.shuffle(shuffled, random);
            for (Path file : shuffled) {
                items.add(new Item(file.getFileName().toString(), Files.readAllBytes(file), false, -1));
            }
        }
        for (DiskPoint each = point; each != null; each = each.parent()) {
            String end = "." + each.checkpoint() + ".json";
            try (Stream<Path> files = Files.list(backups.directory())) {
                for (Path file : files.filter(path -> path.toString().endsWith(end)).toList()) {
                    items.add(random.nextInt(items.size() + 1), new Item(file.getFileName().toString(), Files.readAllBytes(file), true,
                            -1));
                }
            }
        }
        return items;
    }

    private static List<Item> hostile(List<Item> whole, List<Item> foreign, boolean manifests, Random random) {
        List<Item> items = new ArrayList<>(whole);
        boolean strange = false; // only one: several can make a backup of another chain, with its manifest
        for (int i = 1 + random.nextInt(3); i > 0 && !items.isEmpty(); i--) {
            int at = random.nextInt(items.size());
            Item item = items.get(at);
            int place = item.bytes().length == 0 ? 0 : random.nextInt(item.bytes().length);
            switch (random.nextInt(8)) {
                case 0 -> {
                    // without its manifest a stream would not be compared
                    if (!item.manifest()) {
                        items.remove(at);
                    }
                }
                case 1 -> items.add(random.nextInt(items.size() + 1), item);
                case 2 -> Collections.swap(items, at, random.nextInt(items.size()));
                case 3 -> items.set(at, item.with(Arrays.copyOf(item.bytes(), place)));
                case 4 -> {
                    // the broken delivery, which may have been of other bytes, and the next one
                    Item first = manifests && random.nextBoolean() ? item.with(flip(item.bytes(), random.nextInt(place + 1), random)) : item;
                    if (!item.manifest()) {
                        items.add(at, new Item(first.name(), first.bytes(), false, place));
                    }
                }
                case 5 -> {
                    if (manifests && !item.manifest()) {
                        items.set(at, item.with(flip(item.bytes(), place, random)));
                    }
                }
                case 6 -> {
                    if (manifests && !strange) {
                        strange = true;
                        items.add(at, foreign.get(random.nextInt(foreign.size())));
                    }
                }
                default -> {
                    if (manifests && !strange && !item.manifest()) {
                        strange = true;
                        items.set(at, foreign.get(random.nextInt(foreign.size())));
                    }
                }
            }
        }
        return items;
    }

    private static byte[] flip(byte[] bytes, int at, Random random) {
        byte[] other = bytes.clone();
        other[at] ^= (byte) (1 << random.nextInt(8));
        return other;
    }

    private static void deliver(RestoreSession session, Item item, String until, Random random) throws IOException {
        if (item.manifest()) {
            session.compare(Manifest.parse(item.bytes()));
        } else if (until != null && random.nextInt(3) == 0 && isPlain(item.bytes())) {
            feed(new FrameFeed(session, item.name(), until), item, random);
        } else {
            session.accept(StreamInput.of(item.name(), stream(item, random)), until);
        }
    }

    private static boolean isPlain(byte[] stream) {
        return new String(stream, 0, Math.min(stream.length, 1000), StandardCharsets.ISO_8859_1).contains("\"compressed\": false");
    }

    private static void feed(FrameFeed feed, Item item, Random random) throws IOException {
        int end = item.breaksAt() >= 0 ? item.breaksAt() : item.bytes().length;
        for (int at = 0; at < end;) {
            int next = Math.min(end, at + 1 + random.nextInt(20_000));
            byte[] piece = Arrays.copyOfRange(item.bytes(), at, next);
            if (next == end && item.breaksAt() < 0) {
                feed.end(piece);
            } else {
                feed.put(piece);
            }
            at = next;
        }
        if (item.breaksAt() >= 0) {
            feed.close();
            throw new IOException("given up");
        }
    }

    private static InputStream stream(Item item, Random random) {
        int most = 1 + random.nextInt(20_000);
        return new FilterInputStream(new ByteArrayInputStream(item.bytes())) {
            private int taken;

            @Override
            public int read() throws IOException {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (item.breaksAt() >= 0 && taken >= item.breaksAt()) {
                    throw new IOException(item.name() + " broke off");
                }
                int count = super.read(target, offset, Math.min(length, most));
                taken += Math.max(0, count);
                return count;
            }
        };
    }
}
