/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.serve.ChainServer;
import io.virtnbd.engine.serve.ServeOptions;
import io.virtnbd.nbd.client.ExtentWalker;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.BaseAllocation;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.scenario.BackupFiles.Checksums;
import io.virtnbd.scenario.RandomBackups.DiskHistory;
import io.virtnbd.scenario.RandomBackups.DiskPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random chains that are read over NBD at random: the disk at that point, with extents that hold; and those that are damaged before or
 * while they are served: an error, or what the disk was. With {@code -DargLine="-Dserved.seed=…"} others.
 */
class ServedChainsTest {
    private static final int SETS = 10;
    private static final int READS = 25;

    private final long seed = Long.getLong("served.seed", 1);

    @TempDir
    Path directory;
    private int wrongReads;
    private int refused;
    private int served;

    @Test
    void showTheDiskAtEachPoint() throws Exception {
        for (int set = 0; set < SETS; set++) {
            Random random = new Random(seed + set);
            Checksums checksums = Checksums.values()[random.nextInt(3)];
            RandomBackups backups = RandomBackups.write(directory.resolve("set-" + set), seed + set, set % 10 == 0 ? 8 << 20 : 400_000,
                    checksums);
            for (DiskHistory disk : backups.disks()) {
                for (DiskPoint point : disk.points()) {
                    try {
                        Chain chain = BackupDirectory.read(backups.directory()).chain(disk.model().name(),
                                Until.checkpoint(point.checkpoint()));
                        serve(chain, random, client -> assertServed(client, point.content(), random));
                    } catch (Exception | AssertionError e) {
                        throw new AssertionError("seed " + seed + ", set " + set + ", " + disk.model().name() + " at "
                                + point.checkpoint(), e);
                    }
                }
            }
        }
    }

    /** Streams without checksums of their blocks show no damage to their data, so that they are left out. */
    @Test
    void showNoDamage() throws Exception {
        for (int set = 0; set < SETS; set++) {
            Random random = new Random(seed + set);
            Path own = directory.resolve("set-" + set);
            RandomBackups backups = RandomBackups.write(own, seed + set, 200_000, Checksums.NONE);
            SortedMap<String, byte[]> files = Damage.read(own);
            for (int i = 0; i < 6; i++) {
                DiskHistory disk = backups.disks().get(random.nextInt(backups.disks().size()));
                if (disk.points().isEmpty()) {
                    continue;
                }
                DiskPoint point = disk.newest();
                boolean late = random.nextBoolean();
                try {
                    Chain chain = BackupDirectory.read(own).chain(disk.model().name(), Until.checkpoint(point.checkpoint()));
                    if (!late) {
                        damage(point, random);
                    }
                    serve(chain, random, client -> {
                        if (late) {
                            assertServed(client, point.content(), random);
                            damage(point, random);
                        }
                        for (int read = 0; read < READS; read++) {
                            read(client, point.content(), random, true);
                        }
                    });
                } catch (IOException e) {
                    refused++;
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ", set " + set + ", damage " + i, e);
                }
                for (var file : files.entrySet()) {
                    Files.write(own.resolve(file.getKey()), file.getValue());
                }
            }
        }
        System.out.println("served chains: seed " + seed + ", " + refused + " refused, " + wrongReads + " reads failed, " + served
                + " served");
        assertThat(refused).isPositive();
        assertThat(wrongReads).isPositive();
        assertThat(served).isPositive();
    }

    /** Cut off, longer, gone, or replaced by another stream, as whole files are. */
    private static void damage(DiskPoint point, Random random) throws IOException {
        List<List<Path>> chain = point.chain();
        List<Path> level = chain.get(random.nextInt(chain.size()));
        Path file = level.get(random.nextInt(level.size()));
        byte[] bytes = Files.readAllBytes(file);
        switch (random.nextInt(5)) {
            case 0 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            case 1 -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(1000)));
            case 2 -> Files.delete(file);
            case 3 -> {
                Path other = file.resolveSibling("other");
                Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 7);
                Files.write(other, bytes);
                Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            default -> {
                // half written, as by somebody who copies over it
                Files.write(file, new byte[0]);
                Files.write(file, bytes);
            }
        }
    }

    private interface Reading {
        void of(NbdClient client) throws IOException;
    }

    private void serve(Chain chain, Random random, Reading reading) throws IOException {
        Path sockets = Files.createTempDirectory("served");
        Path socket = sockets.resolve("s");
        long cache = random.nextBoolean() ? random.nextInt(1 << 20) : 64 << 20;
        Path scratch = random.nextInt(3) == 0 ? sockets.resolve("scratch") : null;
        try (ChainServer server = ChainServer.start(List.of(chain), new ServeOptions(socket, null, null, scratch, false, cache, null,
                false)); NbdClient client = NbdClient.connect(NbdUri.parse(server.uris().get(chain.disk())),
                        NbdClientOptions.builder().metaContexts(List.of(BaseAllocation.NAME)).build())) {
            served++;
            reading.of(client);
        } finally {
            Files.deleteIfExists(sockets);
        }
    }

    private void assertServed(NbdClient client, byte[] expected, Random random) throws IOException {
        assertThat(client.export().size()).isEqualTo(expected.length);
        for (int i = 0; i < READS && expected.length > 0; i++) {
            read(client, expected, random, false);
            int start = random.nextInt(expected.length);
            extents(client, expected, start, 1 + random.nextInt(expected.length - start));
        }
        if (expected.length > 0) {
            extents(client, expected, 0, expected.length);
        }
    }

    private void read(NbdClient client, byte[] expected, Random random, boolean mayFail) throws IOException {
        if (expected.length == 0) {
            return;
        }
        int start = random.nextInt(expected.length);
        int length = 1 + random.nextInt(Math.min(expected.length - start, random.nextBoolean() ? 3000 : 300_000));
        ByteBuffer found = ByteBuffer.allocate(length);
        try {
            NbdClient.await(client.read(start, found));
        } catch (IOException e) {
            if (mayFail) {
                wrongReads++;
                return;
            }
            throw e;
        }
        assertThat(Arrays.mismatch(found.array(), Arrays.copyOfRange(expected, start, start + length)))
                .as("first wrong byte of %d at %d", length, start).isEqualTo(-1);
    }

    private static void extents(NbdClient client, byte[] expected, int start, int length) throws IOException {
        long[] at = {start};
        ExtentWalker.walk(client, start, length, (offset, bytes, flags) -> {
            assertThat(offset).isEqualTo(at[0]);
            at[0] += bytes;
            if ((flags[0] & BaseAllocation.ZERO) != 0) {
                for (long i = offset; i < offset + bytes; i++) {
                    assertThat(expected[(int) i]).as("byte %d of an extent of zeroes", i).isZero();
                }
            }
        });
        assertThat(at[0]).isEqualTo(start + length);
    }
}
