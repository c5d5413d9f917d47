/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainOrderTest {

    private static final String FULL = "vda.full.data";

    private static final String INC1 = "vda.inc.virtnbd.1.data";

    private static final String INC2 = "vda.inc.virtnbd.2.data";

    private static final String INC3 = "vda.inc.virtnbd.3.data";

    @TempDir
    Path directory;

    private StreamSet set;

    @BeforeEach
    void start() {
        set = new StreamSet(directory);
    }

    @Test
    void takesAFullAlone() throws Exception {
        assertThat(set.full(0).chain()).containsExactly(FULL);
    }

    @Test
    void takesACopyWithoutACheckpoint() throws Exception {
        set.write("vda.copy.data", set.base(0).checkpointName("").build());

        assertThat(set.chain()).containsExactly("vda.copy.data");
    }

    @Test
    void followsTheParentsOfIncrements() throws Exception {
        assertThat(set.line(3).chain()).containsExactly(FULL, INC1, INC2, INC3);
    }

    @Test
    void followsTheParentsWhereNamesAndNumbersTellOtherwise() throws Exception {
        set.full(7).inc(3, 7).inc(5, 3).rename(INC3, "vda.inc.z.9.data");

        assertThat(set.chain()).containsExactly(FULL, "vda.inc.z.9.data", "vda.inc.virtnbd.5.data");
    }

    @Test
    void endsWithTheCheckpointThatWasAskedFor() throws Exception {
        set.line(3);

        assertThat(set.chain(0)).containsExactly(FULL);
        assertThat(set.chain(2)).containsExactly(FULL, INC1, INC2);
        assertThat(set.chain(3)).containsExactly(FULL, INC1, INC2, INC3);
    }

    @Test
    void listsTheKnownCheckpointsWhenAskedForAnother() {
        set.line(11).diff(12, 11, 500);

        assertThatThrownBy(() -> set.chain(14)).isInstanceOf(ChainException.class).hasMessage(
                "disk vda: expected a stream of checkpoint 'virtnbd.14', found virtnbd.0, virtnbd.1, virtnbd.2, virtnbd.3, "
                        + "virtnbd.4, virtnbd.5, virtnbd.6, virtnbd.7, virtnbd.8, virtnbd.9, virtnbd.10, virtnbd.11, "
                        + "virtnbd.12");
    }

    @Test
    void doesNotTakeAnEmptyNameForACopyWithoutACheckpoint() {
        set.write("vda.copy.data", set.base(0).checkpointName("").build());

        assertThatThrownBy(() -> BackupDirectory.read(directory).chain("vda", Until.checkpoint(""))).isInstanceOf(ChainException.class)
                .hasMessageContaining("checkpoint ''");
    }

    @Test
    void endsWithTheDifferentialOfTheLastIncrement() throws Exception {
        set.line(2).diff(3, 2, 500);

        assertThat(set.chain()).containsExactly(FULL, INC1, INC2, "vda.diff.500.data");
        assertThat(set.chain(3)).containsExactly(FULL, INC1, INC2, "vda.diff.500.data");
        assertThat(set.chain(2)).containsExactly(FULL, INC1, INC2);
    }

    @Test
    void takesOnlyTheNewestOfSeveralDifferentials() throws Exception {
        set.line(1).diff(2, 1, 900).diff(2, 1, 1000).diff(2, 1, 950);

        assertThat(set.chain()).containsExactly(FULL, INC1, "vda.diff.1000.data");
        assertThat(set.chain(2)).containsExactly(FULL, INC1, "vda.diff.1000.data");
    }

    @Test
    void trustsNumbersMoreThanTheClockAmongDifferentials() throws Exception {
        set.full(0).diff(9, 0, 900).diff(10, 0, 800).diff(8, 0, 700);

        assertThat(set.chain()).containsExactly(FULL, "vda.diff.800.data");
        assertThat(set.chain(9)).containsExactly(FULL, "vda.diff.900.data");
        assertThat(set.chain(8)).containsExactly(FULL, "vda.diff.700.data");
    }

    @Test
    void prefersTheIncrementWhereADifferentialHasTheSameParentAndCheckpoint() throws Exception {
        set.line(2).diff(2, 1, 500);

        assertThat(set.chain()).containsExactly(FULL, INC1, INC2);
        assertThat(set.chain(2)).containsExactly(FULL, INC1, INC2);
        assertThat(set.inc(3, 2).chain()).containsExactly(FULL, INC1, INC2, INC3);
    }

    @Test
    void leavesOutADifferentialThatTheNextIncrementOvertook() throws Exception {
        set.line(1).diff(2, 0, 500).inc(3, 1);

        assertThat(set.chain()).containsExactly(FULL, INC1, INC3);
        assertThat(set.chain(2)).containsExactly(FULL, "vda.diff.500.data");
    }

    @Test
    void putsADifferentialSinceTheFullDirectlyAfterIt() throws Exception {
        set.line(2).diff(3, 0, 500);

        assertThat(set.chain()).containsExactly(FULL, "vda.diff.500.data");
        assertThat(set.chain(2)).containsExactly(FULL, INC1, INC2);
    }

    @Test
    void refusesToGuessWhetherADifferentialIsNewer() throws Exception {
        set.line(1).write("vda.diff.500.data", set.incremental(5, 0).checkpointName("weekly").build());

        refused("vda.diff.500.data", INC1, "'weekly'", "'virtnbd.1'", "name the checkpoint");
        assertThat(StreamSet.fileNames(BackupDirectory.read(directory).chain("vda", Until.checkpoint("weekly"))))
                .containsExactly(FULL, "vda.diff.500.data");
    }

    @Test
    void refusesAGap() throws Exception {
        set.line(3).delete(INC2);

        refused(INC3, "expected the stream of its parent checkpoint 'virtnbd.2'", "found virtnbd.0, virtnbd.1",
                "until=virtnbd.1 restores what comes before");
        assertThatThrownBy(() -> set.chain(3)).isInstanceOf(ChainException.class).hasMessageContaining(INC3);
        assertThat(set.chain(1)).containsExactly(FULL, INC1);
    }

    @Test
    void refusesADifferentialBehindAGap() throws Exception {
        set.line(3).diff(4, 3, 500).delete(INC3);

        refused("vda.diff.500.data", "'virtnbd.3'");
        assertThatThrownBy(() -> set.chain(4)).isInstanceOf(ChainException.class).hasMessageContaining("vda.diff.500.data");
    }

    @Test
    void refusesAnOldDifferentialWithoutItsParent() throws Exception {
        set.line(3).diff(2, 9, 500);

        refused("vda.diff.500.data", "parent checkpoint 'virtnbd.9'");
        assertThat(set.chain(3)).containsExactly(FULL, INC1, INC2, INC3);
    }

    @Test
    void doesNotFillAGapWithADifferential() {
        set.line(3).diff(2, 1, 500).delete(INC2);

        refused(INC3, "only the differential vda.diff.500.data has that name", "nothing builds on a differential");
    }

    @Test
    void refusesAFork() throws Exception {
        set.line(2).inc(3, 1);

        refused("at most one increment on checkpoint 'virtnbd.1'", INC2 + ", " + INC3);
        assertThatThrownBy(() -> set.chain(3)).isInstanceOf(ChainException.class).hasMessageContaining(INC2);
        assertThatThrownBy(() -> set.chain(2)).isInstanceOf(ChainException.class).hasMessageContaining(INC3);
        assertThat(set.chain(1)).containsExactly(FULL, INC1);
    }

    @Test
    void refusesTwoStreamsOfOneCheckpoint() {
        set.line(2).write("vda.inc.copy.data", set.incremental(2, 1).build());

        refused(INC2, "vda.inc.copy.data", "'virtnbd.2' in both");
    }

    @Test
    void refusesACircle() {
        set.line(1).inc(3, 4).inc(4, 3);

        refused("in a circle", FULL);
        assertThatThrownBy(() -> set.chain(4)).isInstanceOf(ChainException.class).hasMessageContaining("in a circle");
    }

    @Test
    void refusesAnIncrementThatIsItsOwnParent() {
        set.line(1).inc(5, 5);

        refused("vda.inc.virtnbd.5.data", "in a circle");
    }

    @Test
    void refusesADiskWithoutAFull() {
        set.line(2).delete(FULL);

        refused("disk vda", "expected one full or copy stream, found none, but " + INC1 + ", " + INC2);
    }

    @Test
    void refusesAVirtualSizeThatShrinks() throws Exception {
        set.full(0).virtualSize(2 << 20).inc(1, 0).virtualSize((2 << 20) - 1).inc(2, 1);

        refused(INC2, "at least 2097152 bytes as in " + INC1, "found 2097151");
        assertThat(set.chain(1)).containsExactly(FULL, INC1);
    }

    private void refused(String... messages) {
        assertThatThrownBy(() -> set.chain()).isInstanceOf(ChainException.class).hasMessageContainingAll(messages);
    }
}
