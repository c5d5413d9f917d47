/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TruncatedStreamTest {

    private static final int SMALL = 100_000;
    private static final ByteBuffer BLOCK = ByteBuffer.allocate(64 << 10);

    static List<Path> small() {
        return GoldenStreams.all().stream().filter(stream -> GoldenStreams.read(stream).length < SMALL).toList();
    }

    static List<Path> large() {
        return GoldenStreams.all().stream().filter(stream -> GoldenStreams.read(stream).length >= SMALL).toList();
    }

    @ParameterizedTest
    @MethodSource("small")
    void isNoticedAtEveryByte(Path stream) {
        byte[] bytes = GoldenStreams.read(stream);
        for (int length = 0; length < bytes.length; length++) {
            refuses(bytes, length, stream);
        }
    }

    @ParameterizedTest
    @MethodSource("large")
    void isNoticedAtEveryByteOfTheFraming(Path stream) throws IOException {
        byte[] bytes = GoldenStreams.read(stream);
        boolean[] framing = Framing.of(bytes);
        int tried = 0;
        for (int length = 0; length < bytes.length; length++) {
            // and at some bytes of the payloads
            if (framing[length] || length % 4999 == 0) {
                refuses(bytes, length, stream);
                tried++;
            }
        }
        assertThat(tried).isGreaterThan(300);
    }

    private static void refuses(byte[] bytes, int length, Path stream) {
        try {
            SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(bytes, 0, length));
            boolean compressed = reader.metadata().compressed();
            for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
                // without decoding, which would only take time
                while (compressed && frame instanceof DataFrame && reader.nextLz4Element(BLOCK.clear()) != null) {
                    // until its end
                }
            }
        } catch (MalformedStreamException e) {
            assertThat(e.offset()).as("%s cut off at %d", stream, length).isEqualTo(length);
            return;
        } catch (IOException e) {
            throw new AssertionError(stream + " cut off at " + length, e);
        }
        throw new AssertionError(stream + " cut off at " + length + " was taken for whole");
    }
}
