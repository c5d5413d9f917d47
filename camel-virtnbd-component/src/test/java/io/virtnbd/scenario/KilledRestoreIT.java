/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.sparsestream.SparseStreamWriter;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A program that is killed at any moment of a restore: the next one goes on where it was, and the image is whole or not there.
 * What a process has written is what the kernel has counted.
 */
@RequiresTools({"qemu-img", "qemu-nbd"})
class KilledRestoreIT {

    private static final int SIZE = 48 << 20;
    private static final int FRAME = 256 << 10;
    private static final int SEGMENTS = 3;
    private static final int KILLS = 10;
    private static final Pattern WRITTEN = Pattern.compile("(?m)^wchar: (\\d+)$");
    /** What is written beside the content of the disk: the journal, LZ4's library, heads of requests, standard output. */
    private static final long BESIDE = 2 << 20;

    @TempDir
    private Path directory;
    private final byte[] disk = new byte[SIZE];
    private final List<String> streams = new ArrayList<>();
    private long dataBytes;
    private SplittableRandom random;
    private String what;

    @ParameterizedTest
    @ValueSource(strings = {"RAW", "QCOW2"})
    void goesOnAfterAKillAtAnyMoment(String format) throws Exception {
        long seed = Long.getLong("kills.seed", new SplittableRandom().nextLong());
        System.out.println("kills: seed " + seed);
        random = new SplittableRandom(seed);
        writeChain();
        Path images = Files.createDirectory(directory.resolve("images"));
        Path image = images.resolve("disk." + format);
        long durable = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            // some come when all is written, while the image gets its name
            long moment = durable + random.nextLong((dataBytes - durable) * 9 / 8 + 1);
            what = "seed " + seed + ", kill " + kill + " at " + moment + " of " + dataBytes + " with " + durable + " durable";
            long said = run(image, format, moment);
            if (Files.exists(image)) {
                isComplete(image, format);
                durable = 0;
                continue;
            }
            long before = durable;
            durable = KilledRestoreMain.durable(KilledRestoreMain.journal(image));
            assertThat(durable).as(what).isGreaterThanOrEqualTo(Math.max(before, said));
            if (random.nextInt(3) == 0) {
                finish(image, format, durable);
                durable = 0;
            }
        }
        finish(image, format, durable);
        assertThat(images).isEmptyDirectory();
    }

    /** Killed so late that the image has its name. There may be something left to tidy up. */
    private void isComplete(Path image, String format) throws Exception {
        assertRestored(image, format);
        if (Files.exists(KilledRestoreMain.journal(image))) {
            run(image, format, Long.MAX_VALUE);
            assertThat(KilledRestoreMain.journal(image)).as(what).doesNotExist();
            assertRestored(image, format);
        }
        Files.delete(image);
    }

    /** A restore that is left alone writes what was not yet durable, and nothing else. */
    private void finish(Path image, String format, long durable) throws Exception {
        what += ", then finished with " + durable + " durable";
        long left = dataBytes - durable;
        long written = run(image, format, Long.MAX_VALUE);
        // of qcow2 it is sent to a child, qemu-nbd, whose writes count too, with those of the image's tables
        assertThat(written).as(what).isBetween(left, (format.equals("RAW") ? left : left * 9 / 4) + BESIDE);
        assertRestored(image, format);
        Files.delete(image);
    }

    private void assertRestored(Path image, String format) throws IOException {
        Path expected = directory.resolve("expected.raw");
        if (!Files.exists(expected)) {
            Files.write(expected, disk);
        }
        Tool.run("qemu-img", "compare", "-f", "raw", "-F", format.toLowerCase(Locale.ROOT), expected.toString(),
                image.toString());
    }

    /** A full in segments, then two compressed increments, one of them in segments. */
    private void writeChain() throws IOException {
        for (int i = 0; i < SEGMENTS; i++) {
            write("full." + i, metadata().segment(i, SEGMENTS).build(), SIZE / SEGMENTS * i, SIZE / SEGMENTS * (i + 1), 4);
        }
        StreamMetadata first = metadata().checkpointName("cp.1").parentCheckpoint("cp.0").incremental(true).compressed(1)
                .segment(0, 2).build();
        write("inc1.0", first, 0, SIZE / 2, 3);
        write("inc1.1", first.toBuilder().segment(1, 2).build(), SIZE / 2, SIZE, 3);
        write("inc2", metadata().checkpointName("cp.2").parentCheckpoint("cp.1").incremental(true).compressed(1).build(), 0, SIZE,
                2);
    }

    private static StreamMetadataBuilder metadata() {
        return StreamMetadata.builder().virtualSize(SIZE).diskName("vda").diskFormat("raw").date("2026-01-02T03:04:05.000000")
                .checkpointName("cp.0");
    }

    /** @param quarters how much of the range has data; of an increment the rest is left out but for some zeroes */
    private void write(String name, StreamMetadata metadata, int start, int end, int quarters) throws IOException {
        List<byte[]> frames = new ArrayList<>();
        long dataSize = 0;
        for (int at = start; at < end; at += FRAME) {
            int kind = random.nextInt(4);
            byte[] frame = kind < quarters ? new byte[FRAME] : !metadata.incremental() || kind == 3 ? new byte[0] : null;
            if (kind < quarters) {
                random.nextBytes(frame);
                Arrays.fill(frame, 0, FRAME / 2, (byte) kind);
                dataSize += FRAME;
                dataBytes += FRAME;
            }
            frames.add(frame);
            if (frame != null) {
                System.arraycopy(frame.length == 0 ? new byte[FRAME] : frame, 0, disk, at, FRAME);
            }
        }
        Path file = directory.resolve(name + ".data");
        try (OutputStream out = Files.newOutputStream(file);
                SparseStreamWriter writer = new SparseStreamWriter(out, metadata.toBuilder().dataSize(dataSize).build())) {
            for (int i = 0; i < frames.size(); i++) {
                byte[] frame = frames.get(i);
                if (frame != null && frame.length == 0) {
                    writer.zero(start + (long) i * FRAME, FRAME);
                } else if (frame != null) {
                    writer.data(start + (long) i * FRAME, ByteBuffer.wrap(frame));
                }
            }
            writer.stop();
        }
        streams.add(file.toString());
    }

    /**
     * Restores in another process.
     *
     * @param moment bytes that are durable when it is killed; more than all for when the image gets its name
     * @return bytes that it has written, if it has come to its end; else those that it said are durable, if not all were done
     */
    private long run(Path image, String format, long moment) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                KilledRestoreMain.class.getName(), image.toString(), format));
        command.addAll(streams);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            while (line != null && line.matches("\\d+") && Long.parseLong(line) < Math.min(moment, dataBytes)) {
                line = output.readLine();
            }
            if (moment != Long.MAX_VALUE) {
                assertThat(line).as(what).matches("\\d+|done");
                // as long as it may take to complete an image, but for slow disks
                LockSupport.parkNanos(random.nextLong(moment < dataBytes ? 2_000_000 : 60_000_000));
                return "done".equals(line) || Long.parseLong(line) == dataBytes ? 0 : Long.parseLong(line);
            }
            assertThat("done".equals(line) ? line : output.readLine()).as(what).isEqualTo("done");
            Matcher written = WRITTEN.matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "io")));
            assertThat(written.find()).isTrue();
            return Long.parseLong(written.group(1));
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
