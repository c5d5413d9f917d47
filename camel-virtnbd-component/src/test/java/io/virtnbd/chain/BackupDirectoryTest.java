/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.sparsestream.MalformedStreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupDirectoryTest {

    @TempDir
    Path directory;

    private StreamSet set;

    @BeforeEach
    void start() {
        set = new StreamSet(directory);
    }

    @Test
    void tellsSeveralDisksApart() throws Exception {
        set.line(1).write("vdb.full.data", set.base(0).diskName("vdb").build())
                .write("vdaa.full.data", set.base(0).diskName("vdaa").build());

        BackupDirectory read = BackupDirectory.read(directory);

        assertThat(read.disks()).containsExactly("vda", "vdaa", "vdb");
        assertThat(StreamSet.fileNames(read.chain("vda", Until.NEWEST))).containsExactly("vda.full.data", "vda.inc.virtnbd.1.data");
        assertThat(StreamSet.fileNames(read.chain("vdb", Until.NEWEST))).containsExactly("vdb.full.data");
        assertThat(read.chain("vdaa", Until.NEWEST).disk()).isEqualTo("vdaa");
    }

    @Test
    void givesTheMetadataAndTheLevelOfEachStream() throws Exception {
        Chain chain = BackupDirectory.read(set.line(1).diff(2, 1, 500).at()).chain("vda", Until.NEWEST);

        assertThat(chain.members()).extracting(ChainMember::level).containsExactly(Level.FULL, Level.INC, Level.DIFF);
        assertThat(chain.members()).extracting(member -> member.metadata().checkpointName())
                .containsExactly("virtnbd.0", "virtnbd.1", "virtnbd.2");
        assertThat(chain.members().get(0).file().path()).contains(directory.resolve("vda.full.data"));
    }

    @Test
    void leavesOutBackupsWithoutAManifestWhereThereAreManifests() throws Exception {
        set.line(2).inc(3, 2).inc(4, 2);
        manifest(0, "", "vda.full.data");
        manifest(1, "virtnbd.0", "vda.inc.virtnbd.1.data");
        manifest(2, "virtnbd.1", "vda.inc.virtnbd.2.data");
        manifest(4, "virtnbd.2", "vda.inc.virtnbd.4.data");
        Files.writeString(directory.resolve("vda.virtnbd.0.qcow.json"), "{}");

        assertThat(StreamSet.fileNames(BackupDirectory.read(directory).chain("vda", Until.NEWEST))).containsExactly("vda.full.data",
                "vda.inc.virtnbd.1.data", "vda.inc.virtnbd.2.data", "vda.inc.virtnbd.4.data");
    }

    @Test
    void namesWhatItLeavesOutWhereThatIsMissed() throws Exception {
        set.line(3);
        manifest(0, "", "vda.full.data");
        manifest(1, "virtnbd.0", "vda.inc.virtnbd.1.data");
        manifest(3, "virtnbd.2", "vda.inc.virtnbd.3.data");
        BackupDirectory read = BackupDirectory.read(directory);

        for (String until : new String[] {null, "virtnbd.2", "virtnbd.3"}) {
            assertThatThrownBy(() -> read.chain("vda", Until.parse(until))).isInstanceOf(ChainException.class)
                    .hasMessageContaining("'virtnbd.2'").hasMessageEndingWith("no manifest and are not known to be complete:"
                            + " vda.inc.virtnbd.2.data");
        }
        assertThat(StreamSet.fileNames(read.chain("vda", Until.checkpoint("virtnbd.1")))).hasSize(2);
    }

    @Test
    void takesTheNewestOfTheCompleteIncrementsOnOneCheckpoint() throws Exception {
        set.line(1).inc(2, 1).inc(3, 1).inc(4, 3);
        for (int each = 0; each <= 4; each++) {
            manifest(each, each == 0 ? "" : "virtnbd.0", each == 0 ? "vda.full.data" : "vda.inc.virtnbd." + each + ".data");
        }

        BackupDirectory read = BackupDirectory.read(directory);

        assertThat(StreamSet.fileNames(read.chain("vda", Until.NEWEST))).containsExactly("vda.full.data", "vda.inc.virtnbd.1.data",
                "vda.inc.virtnbd.3.data", "vda.inc.virtnbd.4.data");
        assertThat(StreamSet.fileNames(read.chain("vda", Until.checkpoint("virtnbd.2")))).containsExactly("vda.full.data",
                "vda.inc.virtnbd.1.data", "vda.inc.virtnbd.2.data");
    }

    @Test
    void refusesIncrementsOnOneCheckpointWhereOneThatIsNotTheNewestWasBuiltOn() throws Exception {
        set.line(1).inc(2, 1).inc(3, 1).inc(4, 2);
        for (int each = 0; each <= 4; each++) {
            manifest(each, each == 0 ? "" : "virtnbd.0", each == 0 ? "vda.full.data" : "vda.inc.virtnbd." + each + ".data");
        }

        assertThatThrownBy(() -> BackupDirectory.read(directory).chain("vda", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.2.data").hasMessageContaining("vda.inc.virtnbd.3.data");
    }

    @Test
    void refusesIncrementsOnAFullOfAnotherChainThatHasTakenThePlaceOfTheirs() throws Exception {
        set.write("vda.full.data", set.base(0).chainId("b").build())
                .write("vda.inc.virtnbd.1.data", set.incremental(1, 0).chainId("b").build())
                .write("vda.inc.virtnbd.2.data", set.incremental(2, 1).chainId("a").build());
        BackupDirectory read = BackupDirectory.read(directory);

        assertThatThrownBy(() -> read.chain("vda", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.2.data").hasMessageContaining("at b").hasMessageContaining("chain of a");
        assertThat(StreamSet.fileNames(read.chain("vda", Until.checkpoint("virtnbd.1")))).hasSize(2);
    }

    @Test
    void refusesADamagedManifest() throws Exception {
        set.line(1);
        manifest(0, "", "vda.full.data");
        Files.writeString(directory.resolve("web1.virtnbd.1.json"), "{\"domain\":");

        refused("web1.virtnbd.1.json", "vda.inc.virtnbd.1.data");
        assertThatThrownBy(() -> BackupDirectory.read(directory).sound()).isInstanceOf(ChainException.class)
                .hasMessageContaining("web1.virtnbd.1.json");
    }

    @Test
    void isNotStoppedByADamagedManifestOfALaterPoint() throws Exception {
        set.line(2);
        manifest(0, "", "vda.full.data");
        manifest(1, "virtnbd.0", "vda.inc.virtnbd.1.data");
        Files.writeString(directory.resolve("web1.virtnbd.2.json"), "{");

        assertThat(set.chain(1)).containsExactly("vda.full.data", "vda.inc.virtnbd.1.data");
        assertThat(set.chain(Until.time(LocalDateTime.parse("2026-11-22T10:08:01")))).hasSize(2);
        assertThatThrownBy(() -> set.chain(2)).hasMessageContaining("web1.virtnbd.2.json");
        assertThatThrownBy(() -> set.chain(Until.time(LocalDateTime.parse("2026-11-22T10:08:02"))))
                .hasMessageContaining("web1.virtnbd.2.json");
        refused("web1.virtnbd.2.json", "vda.inc.virtnbd.2.data");
    }

    @Test
    void refusesAnOlderContentWhereTheNewestStreamIsMissingAndItsManifestDamaged() throws Exception {
        set.line(1);
        manifest(0, "", "vda.full.data");
        manifest(1, "virtnbd.0", "vda.inc.virtnbd.1.data");
        Files.writeString(directory.resolve("web1.virtnbd.2.json"), "{");

        refused("web1.virtnbd.2.json");
        assertThat(set.chain(1)).hasSize(2);
        assertThat(set.chain(Until.time(LocalDateTime.parse("2026-11-22T10:08:00")))).hasSize(1);
    }

    @Test
    void isNotStoppedByAnUnusableStreamOfALaterPoint() throws Exception {
        set.line(3).diff(4, 3, 1_795_000_000L).bytes("vda.inc.virtnbd.3.data", new byte[5])
                .bytes("vda.diff.1795000001.data", new byte[5]);

        assertThat(set.chain(2)).containsExactly("vda.full.data", "vda.inc.virtnbd.1.data", "vda.inc.virtnbd.2.data");
        assertThatThrownBy(() -> set.chain(3)).isInstanceOf(ChainException.class).hasMessageContaining("vda.inc.virtnbd.3.data");
        refused("expected a sparse stream");
    }

    @Test
    void isNotStoppedByAStreamOfAnotherDiskUnderTheNameOfALaterPoint() throws Exception {
        set.line(2).write("vda.inc.virtnbd.2.data", set.incremental(2, 1).diskName("vdb").build());

        assertThat(set.chain(1)).containsExactly("vda.full.data", "vda.inc.virtnbd.1.data");
        refused("vda.inc.virtnbd.2.data is a foreign stream");
    }

    @Test
    void refusesAPointWhoseStreamsOnTheWayCannotBeRead() throws Exception {
        set.line(3).bytes("vda.inc.virtnbd.2.data", new byte[5]);

        assertThatThrownBy(() -> set.chain(3)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.2.data: expected a sparse stream");
    }

    @Test
    void refusesAPointWhereAFullThatCannotBeReadCouldBeTheOneThatIsMeant() throws Exception {
        set.line(1).bytes("vda.copy.data", new byte[5]);

        assertThatThrownBy(() -> set.chain(1)).isInstanceOf(ChainException.class).hasMessageContaining("vda.copy.data");
    }

    @Test
    void restoresADiskOfOneOfTwoDomainsThatShareADirectoryByItsName() throws Exception {
        set.full(0).write("vdb.full.data", set.base(0).diskName("vdb").build());
        manifest(0, "", "vda.full.data");
        Files.write(directory.resolve("db1.virtnbd.0.json"), new Manifest("db1", "full", "virtnbd.0", "",
                "2026-11-22T10:08:00", List.of(new ManifestEntry("vdb.full.data", 1, null, "disk", "vdb"))).toJson());

        assertThat(set.chain(0)).containsExactly("vda.full.data");
        assertThatThrownBy(() -> BackupDirectory.read(directory).chains(Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("of db1 with disks [vdb]");
    }

    @Test
    void refusesAnOlderContentWhereTheNewestStreamIsMissing() throws Exception {
        set.line(2);
        manifest(0, "", "vda.full.data");
        manifest(1, "virtnbd.0", "vda.inc.virtnbd.1.data");
        manifest(2, "virtnbd.1", "vda.inc.virtnbd.2.data");
        set.delete("vda.inc.virtnbd.2.data");

        BackupDirectory read = BackupDirectory.read(directory);

        assertThatThrownBy(() -> read.chain("vda", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("expected the stream vda.inc.virtnbd.2.data that the manifest of virtnbd.2 lists");
        assertThat(StreamSet.fileNames(read.chain("vda", Until.checkpoint("virtnbd.1")))).containsExactly("vda.full.data",
                "vda.inc.virtnbd.1.data");
    }

    @Test
    void refusesToTakeADiskForGoneWhoseStreamsAreMissing() throws Exception {
        set.full(0);
        manifest(0, "", "vdb.full.data");

        BackupDirectory read = BackupDirectory.read(directory);

        assertThat(read.disks()).containsExactly("vda", "vdb");
        assertThatThrownBy(() -> read.chain("vdb", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("expected streams of disk 'vdb'");
    }

    @Test
    void needsNoStreamsThatWereOvertakenOrReplaced() throws Exception {
        set.full(3).inc(4, 3);
        manifest(0, "", "vda.full.data");
        manifest(1, "virtnbd.0", "vda.diff.500.data");
        manifest(3, "", "vda.full.data");
        manifest(4, "virtnbd.3", "vda.inc.virtnbd.4.data");

        assertThat(set.chain()).containsExactly("vda.full.data", "vda.inc.virtnbd.4.data");
    }

    private void manifest(int checkpoint, String parent, String file) throws Exception {
        Manifest manifest = new Manifest("web1", parent.isEmpty() ? "full" : "inc", StreamSet.checkpoint(checkpoint), parent,
                "2026-11-22T10:08:0" + checkpoint % 10, List.of(new ManifestEntry(file, 1, null, "disk", "vda")));
        Files.write(directory.resolve("web1." + manifest.checkpoint() + ".json"), manifest.toJson());
    }

    @Test
    void needsNoDiskNameWhereThereIsOneDisk() throws Exception {
        assertThat(BackupDirectory.read(set.full(0).at()).chain(null, Until.NEWEST).disk()).isEqualTo("vda");
    }

    @Test
    void needsADiskNameWhereThereAreSeveral() {
        set.full(0).write("vdb.full.data", set.base(0).diskName("vdb").build());

        assertThatThrownBy(() -> BackupDirectory.read(directory).chain(null, Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("disks vda, vdb; name one of them");
    }

    @Test
    void listsTheDisksWhenAskedForAnother() {
        set.full(0).write("vdb.full.data", set.base(0).diskName("vdb").build());

        assertThatThrownBy(() -> BackupDirectory.read(directory).chain("vdc", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("'vdc'").hasMessageContaining("disks vda, vdb");
    }

    @Test
    void refusesADirectoryWithoutStreams() throws Exception {
        Files.writeString(directory.resolve("vda.full.data.partial"), "x");
        BackupDirectory read = BackupDirectory.read(directory);

        assertThat(read.disks()).isEmpty();
        assertThatThrownBy(() -> read.chain(null, Until.NEWEST)).isInstanceOf(ChainException.class).hasMessageContaining("no streams");
        assertThatThrownBy(() -> read.chain("vda", Until.NEWEST)).isInstanceOf(ChainException.class).hasMessageContaining("no streams");
    }

    @Test
    void refusesWhatIsNoDirectory() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> BackupDirectory.read(file)).isInstanceOf(ChainException.class)
                .hasMessageContaining("found a file");
        assertThatThrownBy(() -> BackupDirectory.read(directory.resolve("none"))).isInstanceOf(ChainException.class)
                .hasMessageContaining("found nothing");
    }

    @Test
    void ignoresFilesThatAreNoStreams() throws Exception {
        set.line(1);
        for (String name : new String[] {"vda.inc.virtnbd.2.data.partial", "vda.inc.virtnbd.2.data.part",
            "vda.full.data.chksum", "vm.cpt", "vmconfig.virtnbd.0.xml", "vda.virtnbd.0.qcow.json", "vm.settings.json",
            "notes.data", ".vda.full.data"}) {
            Files.writeString(directory.resolve(name), "no stream");
        }
        new StreamSet(Files.createDirectory(directory.resolve("older"))).inc(9, 8);

        assertThat(set.chain()).containsExactly("vda.full.data", "vda.inc.virtnbd.1.data");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 39, 40, 100})
    void refusesAStreamWhoseMetadataEndsTooEarly(int length) throws Exception {
        set.line(2);
        Path increment = directory.resolve("vda.inc.virtnbd.2.data");
        Files.write(increment, Arrays.copyOf(Files.readAllBytes(increment), length));

        assertThatThrownBy(() -> set.chain()).isInstanceOf(ChainException.class)
                .hasCauseInstanceOf(MalformedStreamException.class)
                .hasMessageContaining("vda.inc.virtnbd.2.data: expected a sparse stream");
    }

    @Test
    void refusesADirectoryAndADanglingLinkUnderTheNameOfAStream() throws Exception {
        set.line(1);
        Path entry = Files.createDirectory(directory.resolve("vda.inc.virtnbd.2.data"));
        refused("vda.inc.virtnbd.2.data", "not a regular file");

        Files.delete(entry);
        Files.createSymbolicLink(entry, directory.resolve("gone"));
        refused("vda.inc.virtnbd.2.data", "not a regular file");
    }

    @Test
    void isNotDisturbedByAnUnreadableStreamOfAnotherDisk() throws Exception {
        set.full(0).bytes("vdb.full.data", new byte[] {1, 2, 3});

        assertThat(set.chain()).containsExactly("vda.full.data");
        assertThatThrownBy(() -> BackupDirectory.read(directory).chain("vdb", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vdb.full.data");
    }

    @Test
    void refusesAForeignStreamForBothDisks() {
        set.line(1).write("vdb.full.data", set.base(0).diskName("vdb").build())
                .write("vda.inc.virtnbd.2.data", set.incremental(2, 1).diskName("vdb").build());

        refused("vda.inc.virtnbd.2.data is a foreign stream", "expected disk 'vda'", "found disk 'vdb'");
        assertThatThrownBy(() -> BackupDirectory.read(directory).chain("vdb", Until.NEWEST)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.2.data is a foreign stream");
    }

    @Test
    void acceptsAStreamThatDoesNotNameItsDisk() throws Exception {
        set.write("vda.full.data", set.base(0).diskName("").build());

        assertThat(set.chain()).containsExactly("vda.full.data");
    }

    @Test
    void keepsControlCharactersOfNamesOutOfMessages() {
        set.line(1).write("vda.inc.x\n.2.data", set.incremental(2, 7).checkpointName("a\u001b[2Jb").build());

        assertThatThrownBy(() -> set.chain()).isInstanceOf(ChainException.class)
                .hasMessageStartingWith("vda.inc.x?.2.data: expected");
        assertThatThrownBy(() -> set.chain(9)).hasMessageContaining("a?[2Jb");
    }

    @Test
    void refusesAnIncrementUnderTheNameOfAFull() {
        set.line(1).rename("vda.inc.virtnbd.1.data", "vda.copy.data");

        refused("vda.copy.data: expected a whole disk", "found incremental=true");
    }

    @Test
    void refusesAFullUnderTheNameOfAnIncrement() {
        set.full(0).rename("vda.full.data", "vda.inc.virtnbd.1.data");

        refused("vda.inc.virtnbd.1.data: expected an incremental stream", "found incremental=false");
    }

    @Test
    void refusesAnIncrementWithoutAParentOrACheckpoint() {
        set.line(1).write("vda.inc.virtnbd.2.data", set.incremental(2, 1).parentCheckpoint("").build());
        refused("vda.inc.virtnbd.2.data", "checkpoint 'virtnbd.2', parent ''");

        set.write("vda.inc.virtnbd.2.data", set.incremental(2, 1).checkpointName("").build());
        refused("vda.inc.virtnbd.2.data", "checkpoint '', parent 'virtnbd.1'");
    }

    private void refused(String... messages) {
        assertThatThrownBy(() -> set.chain()).isInstanceOf(ChainException.class).hasMessageContainingAll(messages);
    }
}
