/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentCheckTest {

    @TempDir
    Path directory;

    private StreamSet set;

    @BeforeEach
    void writeFullAndIncrement() {
        set = new StreamSet(directory);
        for (int i = 2; i >= 0; i--) {
            set.segment("vda.full", set.base(0), i, 3);
            set.segment("vda.inc.virtnbd.1", set.incremental(1, 0), i, 3);
        }
    }

    @Test
    void putsTheSegmentsOfEachLevelInIndexOrder() throws Exception {
        assertThat(set.chain()).containsExactly("vda.full.00000.data", "vda.full.00001.data", "vda.full.00002.data",
                "vda.inc.virtnbd.1.00000.data", "vda.inc.virtnbd.1.00001.data", "vda.inc.virtnbd.1.00002.data");
    }

    @Test
    void ordersByTheMetadataAndNotByTheName() throws Exception {
        set.rename("vda.full.00000.data", "vda.full.100000.data");

        assertThat(set.chain(0)).containsExactly("vda.full.100000.data", "vda.full.00001.data", "vda.full.00002.data");
    }

    @Test
    void mixesSegmentsAndWholeStreams() throws Exception {
        set.inc(2, 1).diff(3, 2, 500);

        assertThat(set.chain()).hasSize(8).endsWith("vda.inc.virtnbd.2.data", "vda.diff.500.data");
    }

    @Test
    void keepsTheSegmentsOfTwoDifferentialsApart() throws Exception {
        for (int i = 0; i < 2; i++) {
            set.segment("vda.diff.500", set.incremental(2, 1), i, 2)
                    .segment("vda.diff.600", set.incremental(2, 1).date("2026-11-22T10:09:00"), i, 2);
        }

        assertThat(set.chain()).hasSize(8).endsWith("vda.diff.600.00000.data", "vda.diff.600.00001.data");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void takesManySegmentsInAnyOrder(long seed) throws Exception {
        List<StreamFile> segments = new ArrayList<>();
        DirectoryStore store = new DirectoryStore(Path.of("."));
        for (int i = 0; i < 3000; i++) {
            String name = BackupFileNames.segment("vda", Level.COPY, null, 0, i);
            segments.add(new StreamFile(new StoredFile(store, name, 0), BackupFileNames.parse(name).orElseThrow(),
                    set.base(0).segment(i, 3000).build(), null));
        }
        List<StreamFile> shuffled = new ArrayList<>(segments);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(LayerBuilder.build(shuffled)).as("seed %d", seed).containsExactly(new Layer(segments));
    }

    @Test
    void namesAMissingSegment() {
        set.delete("vda.full.00001.data");

        refused("segment 1 is missing from the full backup 'virtnbd.0' of disk vda", "segments 0 to 2",
                "found vda.full.00002.data in its place");
    }

    @Test
    void namesAMissingFirstAndAMissingLastSegment() {
        set.delete("vda.inc.virtnbd.1.00002.data");
        refused("segment 2 is missing from the inc backup 'virtnbd.1'", "the last one found is vda.inc.virtnbd.1.00001.data");

        set.delete("vda.full.00000.data");
        refused("segment 0 is missing from the full backup");
    }

    @Test
    void doesNotNeedTheSegmentsBehindTheLastCheckpoint() throws Exception {
        set.delete("vda.inc.virtnbd.1.00001.data");

        assertThat(set.chain(0)).hasSize(3);
        assertThatThrownBy(() -> set.chain(1)).isInstanceOf(ChainException.class).hasMessageContaining("segment 1 is missing");
    }

    @Test
    void namesADoubledSegment() {
        set.write("vda.full.00007.data", set.base(0).segment(1, 3).build());

        refused("vda.full.00007.data is segment 1 of 3 a second time", "expected segment 2",
                "the first is vda.full.00001.data");
    }

    @Test
    void refusesSegmentsOfABackupWithAnotherNumberOfThem() {
        set.write("vda.full.00001.data", set.base(0).segment(1, 4).build());

        refused("vda.full.00001.data is of another backup than vda.full.00000.data", "expected 3 segments", "found 4 segments");
    }

    @Test
    void refusesSegmentsOfABackupOfAnotherTime() {
        set.write("vda.full.00002.data", set.base(0).date("2026-11-21T00:00:00").segment(2, 3).build());

        refused("vda.full.00002.data is of another backup", "found 3 segments of 1048576 bytes, date 2026-11-21T00:00:00");
    }

    @Test
    void refusesSegmentsOfABackupOfAnotherSize() {
        set.write("vda.full.00002.data", set.base(0).virtualSize(5 << 20).segment(2, 3).build());

        refused("vda.full.00002.data is of another backup", "5242880 bytes");
    }

    @Test
    void refusesSegmentsBesideTheWholeStream() {
        set.full(0);

        refused("vda.full.00000.data and vda.full.data: expected checkpoints of their own");
    }

    @Test
    void refusesASegmentThatDoesNotSayOfHowManyItIsOne() {
        set.write("vda.full.00001.data", set.base(0).build());

        refused("vda.full.00001.data", "does not say of how many segments");
    }

    private void refused(String... messages) {
        assertThatThrownBy(() -> set.chain()).isInstanceOf(ChainException.class).hasMessageContainingAll(messages);
    }
}
