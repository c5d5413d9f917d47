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

/** Dates choose how far a chain goes. The stream of checkpoint N is of second N. */
class UntilTimeTest {

    private static final String FULL = "vda.full.data";
    private static final String INC1 = "vda.inc.virtnbd.1.data";
    private static final String INC2 = "vda.inc.virtnbd.2.data";

    @TempDir
    Path directory;

    private StreamSet set;

    @BeforeEach
    void start() {
        set = new StreamSet(directory);
    }

    private static Until second(String second) {
        return Until.parse("2026-11-22T10:08:" + second);
    }

    @Test
    void endsWithTheNewestThatIsNotLater() throws Exception {
        set.line(3);

        assertThat(set.chain(second("02"))).containsExactly(FULL, INC1, INC2);
        assertThat(set.chain(second("02.9"))).containsExactly(FULL, INC1, INC2);
        assertThat(set.chain(second("01.999999"))).containsExactly(FULL, INC1);
        assertThat(set.chain(second("00"))).containsExactly(FULL);
        assertThat(set.chain(Until.parse("2026-11-22"))).hasSize(4);
    }

    @Test
    void saysTheOldestDateThereIs() {
        set.line(1);

        assertThatThrownBy(() -> set.chain(Until.parse("2026-11-21"))).isInstanceOf(ChainException.class)
                .hasMessageContaining("oldest, vda.full.data, is of 2026-11-22T10:08");
    }

    @Test
    void takesADifferentialThatIsNotLater() throws Exception {
        set.line(2).diff(3, 0, 500);

        assertThat(set.chain(second("03.1"))).containsExactly(FULL, "vda.diff.500.data");
        assertThat(set.chain(second("02.5"))).containsExactly(FULL, INC1, INC2);
    }

    @Test
    void needsNothingThatIsLater() throws Exception {
        set.line(3).inc(4, 9).delete(INC2);

        assertThat(set.chain(second("01"))).containsExactly(FULL, INC1);
        assertThatThrownBy(() -> set.chain(second("03"))).isInstanceOf(ChainException.class)
                .hasMessageContaining("parent checkpoint 'virtnbd.2'");
    }

    @Test
    void keepsTheOrderOfParentsWhereAClockWasSet() throws Exception {
        set.line(1).write(INC2, set.incremental(2, 1).date("2026-11-22T10:08:50").build()).inc(3, 2);

        assertThat(set.chain(second("10"))).containsExactly(FULL, INC1, INC2, "vda.inc.virtnbd.3.data");
    }

    @Test
    void endsAtTheSameBackupForEachDisk() throws Exception {
        set.line(2).write("vdb.full.data", set.base(0).diskName("vdb").build())
                .write("vdb.inc.virtnbd.2.data", set.incremental(2, 0).diskName("vdb").date("2026-11-22T10:08:07").build());
        BackupDirectory read = BackupDirectory.read(directory);

        assertThat(StreamSet.fileNames(read.chain("vda", second("05")))).containsExactly(FULL, INC1);
        assertThat(StreamSet.fileNames(read.chain("vdb", second("05")))).containsExactly("vdb.full.data");
        assertThat(StreamSet.fileNames(read.chain("vda", second("07")))).containsExactly(FULL, INC1, INC2);
        assertThat(StreamSet.fileNames(read.chain("vdb", second("07")))).hasSize(2);
    }

    @Test
    void needsDates() {
        set.line(1).write(INC1, set.incremental(1, 0).date("yesterday").build());

        assertThatThrownBy(() -> set.chain(second("05"))).isInstanceOf(ChainException.class)
                .hasMessageContaining(INC1).hasMessageContaining("found 'yesterday'");
    }

    @Test
    void doesNotPassOverANewerStreamThatAManifestLists() throws Exception {
        set.lineOf("web1", 0, 2).delete(INC2);

        assertThatThrownBy(() -> set.chain(second("05"))).isInstanceOf(ChainException.class).hasMessageContaining(INC2);
        assertThat(set.chain(second("01"))).containsExactly(FULL, INC1);
    }

    @Test
    void goesToTheChainOfThatTime() throws Exception {
        set.line(1).write("vda.copy.data", set.base(4).build()).inc(6, 1);

        assertThat(set.chain(second("05"))).containsExactly("vda.copy.data");
        assertThat(set.chain(second("03"))).containsExactly(FULL, INC1);
        assertThat(set.chain(second("06"))).containsExactly(FULL, INC1, "vda.inc.virtnbd.6.data");
        assertThatThrownBy(() -> set.chain(Until.parse("2020-01-01"))).hasMessageContaining("oldest, vda.full.data");
    }
}
