/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.backup.EncodedFrame;
import io.virtnbd.engine.backup.Segment;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.RestoreResult;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.sparsestream.StreamVerifier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupAndRestoreTest {

    private static final int SIZE = 9 << 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1,false", "2,true", "3,false", "4,true", "5,true", "6,false"})
    void restoresAWholeStream(long seed, boolean lz4) throws IOException {
        try (ServedDisk disk = randomDisk(seed); DiskBackup backup = open(disk, lz4)) {
            byte[] stream = read(backup.disk());

            assertThat(backup.disk().length().orElse(stream.length)).isEqualTo(stream.length);
            assertThat(backup.disk().length().isPresent()).isNotEqualTo(lz4);
            assertThat(restoreRaw(List.of(input(stream)))).isEqualTo(disk.content());
            assertThat(restoreRaw(List.of(StreamInput.of(Files.write(directory.resolve("stream"), stream)))))
                    .isEqualTo(disk.content());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,false", "2,true", "3,false", "4,true"})
    void restoresSegments(long seed, boolean lz4) throws IOException {
        try (ServedDisk disk = randomDisk(seed); DiskBackup backup = open(disk, lz4)) {
            List<StreamInput> inputs = new ArrayList<>();
            for (Iterator<Segment> segments = backup.segments(); segments.hasNext();) {
                Segment segment = segments.next();
                byte[] stream = read(segment.stream());
                assertThat(segment.stream().length()).hasValue(stream.length);
                assertThat(segment.index()).isEqualTo(inputs.size());
                assertThat(segment.count()).isEqualTo(backup.segmentCount());
                StreamVerifier.verify(new ByteArrayInputStream(stream));
                inputs.add(input(stream));
            }

            assertThat(inputs).hasSize(backup.segmentCount()).hasSizeGreaterThan(2);
            assertThat(restoreRaw(inputs)).isEqualTo(disk.content());
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void framesMakeThePlainStream(long seed) throws IOException {
        try (ServedDisk disk = randomDisk(seed); DiskBackup backup = open(disk, false)) {
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            for (Iterator<EncodedFrame> frames = backup.frames(); frames.hasNext();) {
                joined.write(frames.next().bytes());
            }

            assertThat(joined.toByteArray()).isEqualTo(read(backup.disk()));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,false", "2,true"})
    void restoresToAnExportWithOldContent(long seed, boolean lz4) throws IOException {
        try (ServedDisk disk = randomDisk(seed); DiskBackup backup = open(disk, lz4);
             ServedDisk target = randomDisk(seed + 100)) {
            RestoreResult result = DiskRestore.restore(List.of(input(read(backup.disk()))),
                    RestoreOptions.toExport(target.uri()));

            assertThat(target.content()).isEqualTo(disk.content());
            assertThat(result.dataBytes()).isEqualTo(backup.metadata().dataSize());
            assertThat(result.dataBytes() + result.zeroBytes()).isEqualTo(SIZE);
        }
    }

    @Test
    void readsTheSameStreamAgain() throws IOException {
        try (ServedDisk disk = randomDisk(7); DiskBackup backup = open(disk, true)) {
            byte[] first = read(backup.disk());
            try (InputStream begun = backup.disk().open()) {
                begun.readNBytes(1000);
                assertThat(read(backup.disk())).isEqualTo(first);
            }
            assertThat(read(backup.disk())).isEqualTo(first);
        }
    }

    @Test
    void compressedSegmentsLeaveOutAllocatedZeroes() throws IOException {
        try (ServedDisk disk = new ServedDisk(SIZE)) {
            disk.write(0, new byte[SIZE]);
            disk.write(SIZE / 2, new byte[] {1});
            try (DiskBackup backup = open(disk, true)) {
                long data = 0;
                for (Iterator<Segment> segments = backup.segments(); segments.hasNext();) {
                    data += StreamVerifier.verify(segments.next().stream().open()).dataBytes();
                }
                assertThat(backup.metadata().dataSize()).isGreaterThan(data);
                assertThat(data).isPositive();
            }
        }
    }

    @Test
    void backsUpAnEmptyDisk() throws IOException {
        try (ServedDisk disk = new ServedDisk(0); DiskBackup backup = open(disk, false)) {
            assertThat(restoreRaw(List.of(input(read(backup.disk()))))).isEmpty();
            assertThat(backup.segmentCount()).isEqualTo(1);
        }
    }

    private static ServedDisk randomDisk(long seed) throws IOException {
        ServedDisk disk = new ServedDisk(SIZE);
        disk.fill(new Random(seed), 20, 700_000);
        return disk;
    }

    private static DiskBackup open(ServedDisk disk, boolean lz4) throws IOException {
        return DiskBackup.open(DiskBackupOptions.copyOf(disk.uri()).withReading(DiskReadOptions.defaults()
                .withRequestSize(256 << 10).withSegmentSize(1 << 20)
                .withCompression(lz4 ? Compression.lz4(1) : Compression.NONE)));
    }

    private static byte[] read(ReopenableStream stream) throws IOException {
        try (InputStream in = stream.open()) {
            return in.readAllBytes();
        }
    }

    private static StreamInput input(byte[] stream) {
        return StreamInput.of("stream", new ByteArrayInputStream(stream));
    }

    private byte[] restoreRaw(List<StreamInput> inputs) throws IOException {
        Path image = directory.resolve("image.raw");
        DiskRestore.restore(inputs, RestoreOptions.toImage(image, ImageFormat.RAW).withOverwrite(true));
        return Files.readAllBytes(image);
    }
}
