/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference restores what the writer writes. */
@RequiresTools({"virtnbdrestore", "qemu-nbd", "qemu-img"})
class ReferenceRestoreIT {

    private static final int PIECE = 1 << 20;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"plain, false", "plain, true", "lz4, true", "lz4, false"})
    void restoresAChain(String set, boolean compressed) throws Exception {
        Path backup = Files.createDirectory(directory.resolve("backup"));
        List<Path> chain = GoldenStreams.chain(set);
        for (int i = 0; i < chain.size(); i++) {
            Path stream = backup.resolve(chain.get(i).getFileName());
            rewrite(chain.get(i), stream, compressed);
            // the reference applies them in the order of their times
            Files.setLastModifiedTime(stream, FileTime.fromMillis(1_700_000_000_000L + i * 60_000L));
        }
        copySideFiles(GoldenStreams.directory(set), backup);
        Path restored = directory.resolve("restored");
        // libvirt's built-in test driver: this restore defines nothing and needs no daemon
        String log = Tool.run("virtnbdrestore", "-U", "test:///default", "-n", "-i", backup.toString(),
                "-o", restored.toString(), "-d", "vda", "-f", directory.resolve("socket").toString(),
                "-L", directory.resolve("log").toString());

        Path raw = directory.resolve("raw");
        Tool.run("qemu-img", "convert", "-O", "raw", image(restored, log).toString(), raw.toString());
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(raw))))
                .as(log).isEqualTo(GoldenStreams.checksums(set).get(4));
    }

    private static void rewrite(Path from, Path to, boolean compressed) throws IOException {
        try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(from));
                OutputStream out = Files.newOutputStream(to)) {
            StreamMetadataBuilder metadata = reader.metadata().toBuilder();
            StreamMetadata written = (compressed ? metadata.compressed(1) : metadata.plain()).build();
            SparseStreamWriter writer = new SparseStreamWriter(out, written);
            for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                if (frame instanceof DataFrame) {
                    copy(reader, frame, writer);
                } else {
                    writer.zero(frame.start(), frame.length());
                }
            }
            writer.stop();
        }
    }

    private static void copy(SparseStreamReader reader, Frame frame, SparseStreamWriter writer) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        for (long at = frame.start(); at < frame.end();) {
            piece.clear().limit((int) Math.min(PIECE, frame.end() - at));
            while (piece.hasRemaining()) {
                reader.readPayload(piece);
            }
            int length = piece.flip().remaining();
            writer.data(at, piece);
            at += length;
        }
    }

    private static void copySideFiles(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".xml") || name.endsWith(".json") || name.endsWith(".cpt")) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }

    private static Path image(Path restored, String log) throws IOException {
        try (Stream<Path> files = Files.list(restored)) {
            List<Path> images = files.filter(file -> !file.toString().endsWith(".xml")).toList();
            assertThat(images).as(log).hasSize(1);
            return images.get(0);
        }
    }
}
