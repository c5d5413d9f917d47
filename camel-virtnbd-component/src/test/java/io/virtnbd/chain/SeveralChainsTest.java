/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy beside a full, and what else can be in one directory. */
class SeveralChainsTest {

    private static final String FULL = "vda.full.data";
    private static final String COPY = "vda.copy.data";
    private static final String INC1 = "vda.inc.virtnbd.1.data";

    @TempDir
    Path directory;

    private StreamSet set;

    @BeforeEach
    void start() {
        set = new StreamSet(directory);
    }

    @Test
    void takesTheNewer() throws Exception {
        set.line(1).write(COPY, set.base(2).build());
        assertThat(set.chain()).containsExactly(COPY);

        set.inc(3, 1);
        assertThat(set.chain()).containsExactly(FULL, INC1, "vda.inc.virtnbd.3.data");
    }

    @Test
    void takesTheOneThatHasTheCheckpoint() throws Exception {
        set.line(1).write(COPY, set.base(2).build()).inc(3, 2);

        assertThat(set.chain(1)).containsExactly(FULL, INC1);
        assertThat(set.chain(2)).containsExactly(COPY);
        assertThat(set.chain(3)).containsExactly(COPY, "vda.inc.virtnbd.3.data");
        assertThatThrownBy(() -> set.chain(4)).hasMessageContaining("found virtnbd.0, virtnbd.1, virtnbd.2, virtnbd.3");
    }

    @Test
    void givesOneChainAlone() throws Exception {
        set.line(1).write(COPY, set.base(2).build());

        assertThat(StreamSet.fileNames(BackupDirectory.read(directory).ofChain("virtnbd.0").chain("vda", Until.NEWEST)))
                .containsExactly(FULL, INC1);
        assertThatThrownBy(() -> BackupDirectory.read(directory).ofChain("virtnbd.1").chain("vda", Until.NEWEST))
                .isInstanceOf(ChainException.class).hasMessageContaining("found virtnbd.0, virtnbd.2");
    }

    @Test
    void countsTheFullOfALaterDiskToTheChainOfTheFirst() throws Exception {
        set.write(FULL, set.base(0).chainId("a").build()).write(COPY, set.base(2).chainId("b").build())
                .write("vdb.full.data", set.base(1).chainId("a").diskName("vdb").build())
                .write("vdc.copy.data", set.base(2).chainId("b").diskName("vdc").build());
        BackupDirectory chain = BackupDirectory.read(directory).ofChain("virtnbd.0");

        assertThat(chain.disks()).containsExactly("vda", "vdb");
        assertThat(StreamSet.fileNames(chain.chain("vdb", Until.NEWEST))).containsExactly("vdb.full.data");
    }

    @Test
    void refusesTwoOfTheSameCheckpoint() {
        set.full(0).write(COPY, set.base(0).build());

        refused(COPY, FULL, "'virtnbd.0' in both");
    }

    @Test
    void refusesACopyWithTheCheckpointOfAnIncrement() {
        set.line(1).write(COPY, set.base(1).build()).inc(2, 1);

        refused(COPY, INC1, "'virtnbd.1' in both");
    }

    @Test
    void doesNotMixChainsWhoseCheckpointsHaveTheSameNames() throws Exception {
        set.write(FULL, set.base(0).chainId("a").build()).write(INC1, set.incremental(1, 0).chainId("a").build())
                .write(COPY, set.base(0).chainId("b").date("2026-11-23T00:00:00").build())
                .write("vda.inc.other.1.data", set.incremental(1, 0).chainId("b").date("2026-11-24T00:00:00").build());

        assertThat(set.chain()).containsExactly(COPY, "vda.inc.other.1.data");
        assertThatThrownBy(() -> set.chain(1)).isInstanceOf(ChainException.class)
                .hasMessageContaining("expected one chain with checkpoint 'virtnbd.1'").hasMessageContaining(FULL)
                .hasMessageContaining(COPY);
    }

    @Test
    void refusesToGuessWhichIsNewer() throws Exception {
        set.line(1).write(COPY, set.base(9).date("2026-11-21T00:00:00").build());

        refused("which chain is the newest", "vda.full.data to virtnbd.1 of 2026-11-22", "vda.copy.data to virtnbd.9 of 2026-11-21",
                "name the checkpoint");
        assertThat(set.chain(1)).containsExactly(FULL, INC1);
    }

    @Test
    void takesWhatIsMissingSomethingForTheNewestAllTheSame() {
        set.line(3).write(COPY, set.base(1).checkpointName("copy.1").build()).delete("vda.inc.virtnbd.2.data");

        refused("vda.inc.virtnbd.3.data", "parent checkpoint 'virtnbd.2'");
    }

    @Test
    void refusesADifferentialUnderTwoNames() throws Exception {
        set.line(1).diff(2, 1, 500).bytes("vda.diff.600.data",
                Files.readAllBytes(directory.resolve("vda.diff.500.data")));

        refused("vda.diff.600.data and vda.diff.500.data", "twice");
    }

    @Test
    void anIncrementUnderTheNameOfADifferentialIsOneFileTooMany() throws Exception {
        set.line(2).diff(3, 2, 500).write("vda.diff.500.data", set.incremental(1, 0).build());

        refused("vda.diff.500.data and vda.inc.virtnbd.1.data", "twice");
    }

    @Test
    void refusesStreamsThatChangedPlacesWhereManifestsTell() throws Exception {
        set.lineOf("web1", 0, 2).rename(INC1, "x").rename("vda.inc.virtnbd.2.data", INC1).rename("x", "vda.inc.virtnbd.2.data");

        refused(INC1 + ": expected a stream of checkpoint 'virtnbd.1' as its manifest says, found one of 'virtnbd.2'");
    }

    @Test
    void refusesAStreamOfAnotherSetWhereManifestsTell() {
        set.lineOf("web1", 0, 2).write(INC1, set.incremental(1, 0).date("2026-11-20T00:00:00").build());

        refused(INC1, "2026-11-22T10:08:01 as the manifest of virtnbd.1 says", "2026-11-20");
    }

    @Test
    void namesASegmentThatTheManifestLists() throws Exception {
        set.full(0).segment("vda.inc.virtnbd.1", set.incremental(1, 0), 0, 2)
                .segment("vda.inc.virtnbd.1", set.incremental(1, 0), 1, 2).manifest("web1", 0, "", FULL)
                .manifest("web1", 1, "virtnbd.0", "vda.inc.virtnbd.1.00000.data", "vda.inc.virtnbd.1.00001.data")
                .delete("vda.inc.virtnbd.1.00000.data");

        refused("segment 0 is missing");
    }

    @Test
    void refusesAnIncrementInAFull() {
        set.line(1).manifest("web1", 0, "", FULL).manifest("web1", 1, "", INC1);

        refused(INC1, "expected a full as the manifest of virtnbd.1 says", "builds on 'virtnbd.0'");
    }

    @Test
    void refusesTwoDomainsInOneDirectory() {
        set.full(0).write("vdb.full.data", set.base(0).diskName("vdb").build()).manifest("web1", 0, "", FULL)
                .manifest("web2", 0, "", "vdb.full.data");

        refused("expected backups of one domain", "web1 with disks [vda]", "web2 with disks [vdb]");
    }

    @Test
    void knowsADomainThatWasRenamed() throws Exception {
        set.line(1).manifest("web1", 0, "", FULL).manifest("www", 1, "virtnbd.0", INC1);

        assertThat(set.chain()).containsExactly(FULL, INC1);
    }

    private void refused(String... messages) {
        assertThatThrownBy(() -> set.chain()).isInstanceOf(ChainException.class).hasMessageContainingAll(messages);
    }

    @Test
    void missesTheLastStreamOfAChainThatIsNamed() throws Exception {
        set.lineOf("web1", 0, 2).write(COPY, set.base(5).build()).manifest("web1", 5, "", COPY);
        assertThat(StreamSet.fileNames(BackupDirectory.read(set.at()).ofChain("virtnbd.0").chain("vda", Until.NEWEST))).hasSize(3);
        set.delete("vda.inc.virtnbd.2.data");

        assertThatThrownBy(() -> BackupDirectory.read(set.at()).ofChain("virtnbd.0").chain("vda", Until.NEWEST))
                .isInstanceOf(ChainException.class).hasMessageContaining("vda.inc.virtnbd.2.data");
        assertThat(StreamSet.fileNames(BackupDirectory.read(set.at()).ofChain("virtnbd.5").chain("vda", Until.NEWEST)))
                .containsExactly(COPY);
    }

    @Test
    void missesALostChainWhoseNumbersBeganAnew() throws Exception {
        set.lineOf("web1", 5, 6).write(COPY, set.base(1).date("2026-11-23T00:00:00").build())
                .manifest("web1", 1, "", "2026-11-23T00:00:00", List.of(COPY)).delete(COPY);

        refused(COPY, "virtnbd.1");
    }
}
