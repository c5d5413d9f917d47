/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Level;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much memory the index of a large disk takes. */
class IndexSizeTest {

    private static final long TEBIBYTE = 1L << 40;
    private static final int FRAME = 512 << 10;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofATebibyteInFramesOfTheDefaultLength(boolean compressed) throws IOException {
        SyntheticStream stream = new SyntheticStream(TEBIBYTE, FRAME, compressed);
        StoredFile file = new StoredFile(new DirectoryStore(Path.of(".")), "vda.full.data", stream.size());

        FrameTable table = IndexedStream.index(0, new ChainMember(file, stream.metadata(), Level.FULL), stream).table();

        assertThat(table.count()).isEqualTo(TEBIBYTE / FRAME);
        assertThat(table.memory()).isLessThan(8 * table.count()).isLessThan(32 << 20);
        for (long offset : new long[] {0, FRAME - 1, FRAME, TEBIBYTE / 3, TEBIBYTE - 1}) {
            FrameCursor frame = table.from(offset);
            assertThat(frame.start()).isEqualTo(offset / FRAME * FRAME);
            assertThat(frame.length()).isEqualTo(FRAME);
            if (compressed) {
                assertThat(frame.piece(offset)).isEqualTo(new FrameCursor.Piece(frame.start(), FRAME, frame.payloadOffset(), 300_000));
            }
        }
        assertThat(table.from(TEBIBYTE).isValid()).isFalse();
    }
}
