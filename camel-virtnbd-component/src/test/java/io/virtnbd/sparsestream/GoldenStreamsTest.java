/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenStreamsTest {

    private static final int DISK = 64 << 20;

    static List<Path> all() {
        return GoldenStreams.all();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void restoreToTheirChecksums(String set) throws Exception {
        byte[] disk = new byte[DISK];
        List<Path> chain = GoldenStreams.chain(set);
        for (int i = 0; i < chain.size(); i++) {
            try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(chain.get(i)))) {
                StreamApplier.apply(reader, disk, StreamApplier.DECODED);
            }
            assertThat(sha256(disk)).as("disk after %s", chain.get(i)).isEqualTo(GoldenStreams.checksums(set).get(i));
        }
    }

    @Test
    void restoreAlikeFromLz4Elements() throws Exception {
        byte[] disk = new byte[DISK];
        for (Path stream : GoldenStreams.chain("lz4")) {
            try (SparseStreamReader reader = open(stream)) {
                StreamApplier.apply(reader, disk, StreamApplier.LZ4_ELEMENTS);
            }
        }
        assertThat(sha256(disk)).isEqualTo(GoldenStreams.checksums("lz4").get(4));
    }

    @Test
    void restoreAlikeFromPiecesOfTheFile() throws Exception {
        byte[] disk = new byte[DISK];
        for (Path stream : GoldenStreams.chain("plain")) {
            try (SparseStreamReader reader = SparseStreamReader.open(FileChannel.open(stream))) {
                StreamApplier.apply(reader, disk, (from, frame, target) -> {
                    FilePayload piece = from.filePayload().orElseThrow();
                    assertThat(piece.length()).isEqualTo(frame.length());
                    piece.channel().read(target, piece.position());
                    assertThat(from.filePayload()).as("of a consumed payload").isEmpty();
                    assertThat(from.readPayload(ByteBuffer.allocate(1))).isEqualTo(-1);
                });
            }
        }
        assertThat(sha256(disk)).isEqualTo(GoldenStreams.checksums("plain").get(4));
    }

    private static String sha256(byte[] disk) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(disk));
    }

    @ParameterizedTest
    @MethodSource("all")
    void haveMetadataThatAreWrittenBackByteForByte(Path stream) throws IOException {
        byte[] bytes = GoldenStreams.read(stream);
        try (SparseStreamReader reader = open(stream)) {
            byte[] json = reader.metadata().toJson();
            assertThat(json).isEqualTo(Arrays.copyOfRange(bytes, FrameHeader.LENGTH, FrameHeader.LENGTH + json.length));
            assertThat(reader.position()).isEqualTo(FrameHeader.LENGTH + json.length + 2);
            assertThat(reader.metadata().unknown()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void areWholeWhenPayloadsAreNotLookedAt(Path stream) throws IOException {
        try (SparseStreamReader reader = open(stream)) {
            while (!(reader.next() instanceof StopFrame)) {
                // goes over the payload
            }
            assertThat(reader.position()).isEqualTo(GoldenStreams.read(stream).length);
        }
    }

    @Test
    void haveATrailerThatIsWrittenBackByteForByte() throws IOException {
        for (Path stream : GoldenStreams.chain("lz4")) {
            byte[] bytes = GoldenStreams.read(stream);
            Trailer trailer = new Trailer();
            try (SparseStreamReader reader = open(stream)) {
                ByteBuffer block = ByteBuffer.allocate(64 << 10);
                for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                    if (frame instanceof DataFrame) {
                        trailer.add(frame.length(), lz4FrameLengths(reader, block));
                    }
                }
            }
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            trailer.writeTo(written);
            assertThat(written.toByteArray()).as("trailer of %s", stream)
                    .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - (int) trailer.encodedLength(), bytes.length));
        }
    }

    private static long[] lz4FrameLengths(SparseStreamReader reader, ByteBuffer block) throws IOException {
        long[] lengths = new long[0];
        for (Lz4Element e = reader.nextLz4Element(block); e != null; e = reader.nextLz4Element(block.clear())) {
            if (e instanceof Lz4FrameEnd end) {
                lengths = Arrays.copyOf(lengths, lengths.length + 1);
                lengths[lengths.length - 1] = end.encodedLength();
            }
        }
        return lengths;
    }

    private static SparseStreamReader open(Path stream) throws IOException {
        return SparseStreamReader.open(new ByteArrayInputStream(GoldenStreams.read(stream)));
    }
}
