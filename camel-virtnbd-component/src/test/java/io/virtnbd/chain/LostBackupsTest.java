/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a backup in a directory of virtnbdbackup tells that it is lost; what healthy directories have tells nothing. */
class LostBackupsTest {
    private static final String INC1 = "vda.inc.virtnbd.1.data";
    private static final String INC2 = "vda.inc.virtnbd.2.data";
    private static final String INC3 = "vda.inc.virtnbd.3.data";
    private static final LocalDateTime LAST = LocalDateTime.parse("2026-11-22T10:08:02");

    @TempDir
    Path directory;
    private StreamSet set;

    @BeforeEach
    void writeThreeBackups() {
        set = new StreamSet(directory).line(2);
    }

    private void left(String name, String content) {
        set.bytes(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void isMissed(Until until, String... parts) {
        assertThatThrownBy(() -> set.chain(until)).isInstanceOf(ChainException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private static long seconds(LocalDateTime local) {
        return local.atZone(ZoneId.systemDefault()).toEpochSecond();
    }

    @Test
    void whatWasSaidOfAnImageTellsThatTheLastIncrementIsLost() throws IOException {
        left("vda.virtnbd.3.qcow.json", "{}");

        isMissed(Until.NEWEST, INC3, "vda.virtnbd.3.qcow.json", "virtnbd.2");
        isMissed(Until.time(LAST.plusYears(1)), INC3);
        assertThat(set.chain(2)).hasSize(3);
        assertThat(set.chain(Until.time(LAST.minusSeconds(1)))).hasSize(2);
        assertThat(BackupDirectory.read(directory).lostStreams()).containsOnlyKeys(INC3);
    }

    @Test
    void aChecksumTellsOfALostStreamForATimeToo() throws IOException {
        left(INC3 + ".chksum", "1");

        isMissed(Until.time(LAST.plusYears(1)), INC3);
        assertThat(set.chain(Until.time(LAST.minusSeconds(1)))).hasSize(2);
    }

    @Test
    void whatWasSaidOfAnImageTellsThatTheLastDifferentialIsLost() throws IOException {
        left("vda." + seconds(LAST.plusHours(1)) + ".qcow.json", "{}");

        isMissed(Until.NEWEST, "vda.diff.", ".qcow.json");
        assertThat(set.chain(Until.time(LAST.plusMinutes(30)))).hasSize(3);
    }

    @Test
    void aDiskOfWhichNothingElseIsLeftIsMissed() throws IOException {
        left("vdb.virtnbd.0.qcow.json", "{}");

        BackupDirectory read = BackupDirectory.read(directory);
        assertThat(read.disks()).containsExactly("vda", "vdb");
        assertThatThrownBy(() -> read.chains(Until.NEWEST)).hasMessageContaining("vdb");
    }

    @Test
    void whatHealthyDirectoriesHaveTellsOfNoLoss() throws IOException {
        for (int i = 0; i < 3; i++) {
            left("vda.virtnbd." + i + ".qcow.json", "{}");
        }
        left("vda." + seconds(LAST.minusHours(1)) + ".qcow.json", "{}"); // of a differential that was thrown away
        set.diff(3, 2, 500);
        left("vda.500.qcow.json", "{}");
        left("web1.cpt", "[\"virtnbd.0\", \"virtnbd.1\", \"virtnbd.2\"]");
        left("disk.x.qcow.json", "{}");

        assertThat(set.chain()).endsWith("vda.diff.500.data");
        assertThat(BackupDirectory.read(directory).lostStreams()).isEmpty();
    }

    @Test
    void aBackupThatIsStillWrittenIsNotLost() throws IOException {
        left("vda.virtnbd.3.qcow.json", "{}");
        left("web1.cpt", "[\"virtnbd.0\", \"virtnbd.1\", \"virtnbd.2\", \"virtnbd.3\"]");
        left(INC3 + ".partial", "");

        assertThat(set.chain()).hasSize(3);
    }

    @Test
    void theListOfCheckpointsTellsThatNothingIsLeftOfTheLastBackup() throws IOException {
        left("web1.cpt", "[\"virtnbd.0\", \"virtnbd.1\", \"virtnbd.2\", \"virtnbd.3\"]");

        isMissed(Until.NEWEST, "virtnbd.3", "web1.cpt", "virtnbd.2");
        isMissed(Until.time(LAST.plusYears(1)), "virtnbd.3");
        assertThat(set.chain(2)).hasSize(3);
        assertThat(set.chain(Until.time(LAST.minusSeconds(1)))).hasSize(2);
    }

    @Test
    void aDiskThatWasLeftOutOfTheLastBackupIsNotMissed() throws IOException {
        left("web1.cpt", "[\"virtnbd.0\", \"virtnbd.1\", \"virtnbd.2\", \"virtnbd.3\"]");
        set.write("vdb.inc.virtnbd.3.data", set.incremental(3, 2).diskName("vdb").build());

        assertThat(set.chain()).hasSize(3);
    }

    @Test
    void aListThatIsNoneTellsNothing() {
        left("web1.cpt", "[\"virtnbd.3\"");
        left("web2.cpt", "{\"virtnbd.3\": 1}");

        assertThatCode(() -> set.chain()).doesNotThrowAnyException();
    }

    @Test
    void theLastIncrementUnderWhichAnOlderOneWasMovedIsMissed() throws IOException {
        set.rename(INC2, INC3);

        isMissed(Until.NEWEST, INC3, "another one under that name");
        assertThat(set.chain(1)).hasSize(2);
    }

    @Test
    void namesThatChangedPlacesTellNothing() throws IOException {
        set.rename(INC1, "x").rename(INC2, INC1).rename("x", INC2);

        assertThat(set.chain()).containsExactly("vda.full.data", INC2, INC1);
    }

    @Test
    void aDifferentialThatChangedPlacesWithTheIncrementOfItsNameIsRefused() throws IOException {
        set.write("vda.diff.7.data", set.incremental(2, 1).date(LAST.minusMinutes(1).toString()).build());
        assertThat(set.chain()).endsWith(INC2);
        set.rename(INC2, "x").rename("vda.diff.7.data", INC2).rename("x", "vda.diff.7.data");

        isMissed(Until.NEWEST, "vda.diff.7.data", INC2, "exchanged");
    }

    @Test
    void aDifferentialIsNotGivenForTheIncrementOfItsName() throws IOException {
        set.write("vda.diff.7.data", set.incremental(3, 2).date(LAST.plusMinutes(1).toString()).build());
        assertThat(set.chain(3)).endsWith("vda.diff.7.data");
        left("vda.7.qcow.json", "{}");
        left("vda.virtnbd.3.qcow.json", "{}");

        isMissed(Until.checkpoint("virtnbd.3"), "increment", "vda.virtnbd.3.qcow.json");
        set.delete("vda.virtnbd.3.qcow.json").inc(4, 3);
        isMissed(Until.checkpoint("virtnbd.3"), "increment", "others build on");
    }
}
