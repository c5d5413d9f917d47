/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Flips each bit of the reference's streams. What is not refused has to be harmless, and each such case is named here: the
 * format has no redundancy for it.
 */
class FlippedBitsTest {

    /** Everything a restore is made of. */
    private record Content(StreamMetadata metadata, List<Frame> frames, List<Long> payloads) {
    }

    @Test
    void areNoticedInTheFramingOfAFullBackup() throws IOException {
        Map<String, Integer> unnoticed = flip(GoldenStreams.chain("plain").get(0), true);

        assertThat(unnoticed).containsOnlyKeys("hexadecimal digit in upper case", "free text", "name of an optional key");
    }

    @Test
    void areNoticedInTheFramingOfAnIncrementalButForPositionsInOrder() throws IOException {
        assertThat(flip(GoldenStreams.chain("plain").get(1), true)).containsOnlyKeys("hexadecimal digit in upper case",
                "free text", "name of an optional key", "larger virtualSize", "position of a frame, in order");
        assertThat(flip(GoldenStreams.chain("plain").get(3), true)).containsOnlyKeys("hexadecimal digit in upper case",
                "free text", "name of an optional key", "larger virtualSize");
    }

    @Test
    void areNoticedEverywhereInACompressedStreamButForPositionsInOrder() throws IOException {
        assertThat(flip(GoldenStreams.chain("lz4").get(4), false)).containsOnlyKeys("hexadecimal digit in upper case",
                "free text", "name of an optional key", "larger virtualSize", "position of a frame, in order", "level");
        assertThat(flip(GoldenStreams.chain("lz4").get(3), false)).containsOnlyKeys("free text", "name of an optional key",
                "larger virtualSize", "level");
    }

    @Test
    void areNoticedInTheTrailerWithObjects() throws IOException {
        byte[] bytes = GoldenStreams.read(GoldenStreams.chain("lz4").get(2));
        byte[] trailer = Arrays.copyOfRange(bytes, bytes.length - 75, bytes.length);
        assertThat(new String(trailer, StandardCharsets.US_ASCII)).startsWith("[298, {");
        Trailer expected = new Trailer();
        expected.add(65536, 298);
        expected.add(34L << 20, 140312, 8792);
        for (int i = 0; i < trailer.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = trailer.clone();
                flipped[i] ^= (byte) (1 << bit);
                boolean upperCase = bit == 5 && i >= trailer.length - 40 + 5 && flipped[i] >= 'A' && flipped[i] <= 'F';
                StreamSource source = new InputStreamSource(new ByteArrayInputStream(flipped));
                boolean noticed = false;
                try {
                    new TrailerCheck(source, expected, StreamLimits.DEFAULT).run();
                } catch (MalformedStreamException e) {
                    noticed = true;
                }
                assertThat(noticed).as("bit %d of byte %d", bit, i).isEqualTo(!upperCase);
            }
        }
    }

    private static Map<String, Integer> flip(Path stream, boolean framingOnly) throws IOException {
        byte[] bytes = GoldenStreams.read(stream);
        boolean[] framing = Framing.of(bytes);
        int metadataEnd = (int) SparseStreamReader.open(new ByteArrayInputStream(bytes)).position();
        Content content = read(bytes);
        Map<String, Integer> unnoticed = new TreeMap<>();
        int tried = 0;
        for (int i = 0; i < bytes.length; i++) {
            // each bit of a metadata byte only in the small streams that are flipped everywhere: parsing is what takes time
            int step = framingOnly && i >= FrameHeader.LENGTH && i < metadataEnd ? 3 : 1;
            for (int bit = i % step; bit < 8 && (framing[i] || !framingOnly); bit += step) {
                tried++;
                bytes[i] ^= (byte) (1 << bit);
                try {
                    Content found = read(bytes);
                    String why = harmless(content, found);
                    assertThat(why).as("bit %d of byte %d of %s was not noticed: %s became %s", bit, i, stream, content, found)
                            .isNotNull();
                    unnoticed.merge(why, 1, Integer::sum);
                } catch (MalformedStreamException e) {
                    // noticed
                }
                bytes[i] ^= (byte) (1 << bit);
            }
        }
        assertThat(tried).isGreaterThan(1000);
        return unnoticed;
    }

    /** Why a stream that differs in one bit may be taken, or {@code null} where it may not. */
    private static String harmless(Content content, Content foundContent) {
        StreamMetadata metadata = content.metadata();
        StreamMetadata found = foundContent.metadata();
        if (!foundContent.frames().equals(content.frames()) || !foundContent.payloads().equals(content.payloads())) {
            // the same payloads elsewhere: what the checksum beside the stream is for
            return metadata.incremental() && found.equals(metadata) && foundContent.payloads().equals(content.payloads())
                    ? "position of a frame, in order" : null;
        }
        if (found.equals(metadata)) {
            return "hexadecimal digit in upper case";
        }
        if (found.dataSize() != metadata.dataSize() || found.compressed() != metadata.compressed()
                || found.incremental() != metadata.incremental()) {
            return null;
        }
        if (found.virtualSize() != metadata.virtualSize()) {
            return metadata.incremental() && found.toBuilder().virtualSize(metadata.virtualSize()).build().equals(metadata)
                    ? "larger virtualSize" : null;
        }
        if (!found.unknown().isEmpty()) {
            return found.unknown().size() == 1 ? "name of an optional key" : null;
        }
        if (!found.compressionLevel().equals(metadata.compressionLevel())) {
            return "level";
        }
        return found.streamVersion() == metadata.streamVersion() ? "free text" : null;
    }

    private static long hash(SparseStreamReader reader, ByteBuffer target) throws IOException {
        long hash = 1;
        while (reader.readPayload(target.clear()) >= 0) {
            hash = 31 * hash + Lz4Format.checksum(target, 0, target.position());
        }
        return hash;
    }

    /** A plain payload is told by where it stands in the stream, as only framing is flipped there. */
    private static Content read(byte[] stream) throws IOException {
        SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(stream));
        List<Frame> frames = new ArrayList<>();
        List<Long> payloads = new ArrayList<>();
        ByteBuffer target = ByteBuffer.allocate(64 << 10);
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            frames.add(frame);
            if (frame instanceof DataFrame) {
                payloads.add(reader.metadata().compressed() ? hash(reader, target) : reader.position());
            }
        }
        return new Content(reader.metadata(), frames, payloads);
    }
}
