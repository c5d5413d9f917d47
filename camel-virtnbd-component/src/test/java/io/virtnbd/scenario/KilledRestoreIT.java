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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that is killed at any moment of a restore: the next one goes on, and the image is whole or not there. */
@RequiresTools({"qemu-img", "qemu-nbd"})
class KilledRestoreIT {

    private static final int SIZE = 96 << 20;
    private static final int FRAME = 256 << 10;
    private static final int SEGMENTS = 3;
    private static final int KILLS = 10;
    private static final Pattern PROGRESS = Pattern.compile("\"stream\":(\\d+),\"start\":\\d+,\"end\":(\\d+)");

    @TempDir
    private Path directory;
    private final byte[] disk = new byte[SIZE];
    private final List<String> streams = new ArrayList<>();
    private SplittableRandom random;

    @ParameterizedTest
    @ValueSource(strings = {"RAW", "QCOW2"})
    void goesOnAfterAKillAtAnyMoment(String format) throws Exception {
        long seed = new SplittableRandom().nextLong();
        System.out.println("kills: seed " + seed);
        random = new SplittableRandom(seed);
        writeChain();
        Path images = Files.createDirectory(directory.resolve("images"));
        Path image = images.resolve("disk." + format);
        long whole = run(image, format, Long.MAX_VALUE);
        assertRestored(image, format);
        Files.delete(image);
        long durable = 0;
        int resumed = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            // most kills come in the midst, so that several are needed for one restore
            long killed = run(image, format, random.nextLong(whole / 2));
            String what = "seed " + seed + ", kill " + kill + " after " + killed / 1_000_000 + " ms";
            if (Files.exists(image)) {
                assertThat(images.resolve("disk." + format + ".partial.journal")).as(what).doesNotExist();
                assertRestored(image, format);
                Files.delete(image);
                durable = 0;
                continue;
            }
            long now = durable(images.resolve("disk." + format + ".partial.journal"));
            assertThat(now).as(what).isGreaterThanOrEqualTo(durable);
            resumed += now > durable && durable > 0 ? 1 : 0;
            durable = now;
        }
        run(image, format, Long.MAX_VALUE);
        assertRestored(image, format);
        assertThat(images.toFile().list()).containsExactly(image.getFileName().toString());
        System.out.println(format + ": " + resumed + " restores went on from where the one before was");
    }

    /** Bytes of the disk that the journal says are durable, of all streams together. */
    private static long durable(Path journal) throws IOException {
        Map<String, Long> ends = new TreeMap<>();
        Matcher progress = PROGRESS.matcher(Files.exists(journal) ? Files.readString(journal) : "");
        while (progress.find()) {
            ends.put(progress.group(1), Long.valueOf(progress.group(2)));
        }
        return ends.values().stream().mapToLong(Long::longValue).sum();
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
     * @param nanos after which it is killed, counted from the moment at which it begins
     * @return how long it has run
     */
    private long run(Path image, String format, long nanos) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                KilledRestoreMain.class.getName(), image.toString(), format));
        command.addAll(streams);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("begin");
            long start = System.nanoTime();
            if (nanos == Long.MAX_VALUE) {
                assertThat(output.readLine()).isEqualTo("done");
                long took = System.nanoTime() - start;
                assertThat(process.waitFor()).isZero();
                return took;
            }
            Thread.sleep(Duration.ofNanos(nanos).toMillis());
            return System.nanoTime() - start;
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
