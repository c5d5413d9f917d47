/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Until;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Adler32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreVerifierTest {

    private static final int IN_DATA = -1000;

    @TempDir
    Path directory;
    private StoredSet set;
    private final List<StreamReport> streams = new ArrayList<>();

    @BeforeEach
    void makeSet() throws IOException {
        set = new StoredSet(directory.resolve("set"));
    }

    private SetReport verify(BackupStore store, Until until) throws IOException {
        streams.clear();
        return StoreVerifier.of(store).verifySet(null, until, streams::add).sets().get(0);
    }

    private SetReport verify() throws IOException {
        return verify(new DirectoryStore(directory.resolve("set")), Until.NEWEST);
    }

    private StreamReport stream(String file) {
        return streams.stream().filter(stream -> stream.file().equals(file)).findFirst().orElseThrow();
    }

    private static List<String> found(SetReport report) {
        return report.problems().stream().map(problem -> problem.kind().label() + " " + problem.file().orElse("-")).toList();
    }

    @Test
    void readsEveryPointInTimeOnce() throws Exception {
        set.chain();

        SetReport report = verify();

        assertThat(report.problems()).isEmpty();
        assertThat(report.isWhole()).isTrue();
        assertThat(streams).extracting(StreamReport::file).containsExactlyInAnyOrder("vda.full.data",
                "vda.inc.virtnbd.1.data", "vda.diff.1795342131.data", "vda.inc.virtnbd.3.data");
        assertThat(streams).allSatisfy(stream -> {
            assertThat(stream.checks()).containsExactlyInAnyOrder(Check.SIZE, Check.END, Check.STRUCTURE, Check.SHA256);
            assertThat(stream.contentChecked()).isTrue();
        });
        assertThat(report.domain()).contains("web1");
        assertThat(report.streamsRead()).isEqualTo(4);
        assertThat(report.bytesRead()).isEqualTo(report.streamBytes()).isGreaterThan(4 * StoredSet.DATA);
        assertThat(report.unchecked()).isZero();
        assertThat(report.manifests()).hasSize(4);
    }

    @Test
    void readsAStoreThatIsNoDirectoryEachStreamOnce() throws Exception {
        set.chain();
        StreamOnlyStore store = new StreamOnlyStore(new DirectoryStore(directory.resolve("set")));

        assertThat(verify(store, Until.NEWEST).problems()).isEmpty();
        assertThat(store.wholeReadings("vda.full.data")).isEqualTo(1);
        assertThat(store.wholeReadings("vda.inc.virtnbd.3.data")).isEqualTo(1);
    }

    @Test
    void saysWhereNoChecksumTellsOfTheContent() throws Exception {
        set.full(0);

        SetReport report = verify();

        assertThat(report.isWhole()).isTrue();
        assertThat(stream("vda.full.data").checks()).containsExactlyInAnyOrder(Check.STRUCTURE, Check.END);
        assertThat(stream("vda.full.data").contentChecked()).isFalse();
        assertThat(report.unchecked()).isEqualTo(1);
        assertThat(report.unread()).isEmpty();
    }

    @Test
    void takesAPointThatIsNotThereForAWrongQuestion() throws Exception {
        set.chain();

        assertThatThrownBy(() -> verify(new DirectoryStore(directory.resolve("set")), Until.checkpoint("virtnbd.7")))
                .isInstanceOf(ChainException.class).hasMessageContaining("virtnbd.7");
        assertThatThrownBy(() -> verify(new DirectoryStore(directory.resolve("set")), Until.parse("1999-01-01")))
                .isInstanceOf(ChainException.class).hasMessageContaining("1999");

        set.delete("vda.inc.virtnbd.3.data");
        assertThat(verify(new DirectoryStore(directory.resolve("set")), Until.checkpoint("virtnbd.3")).isWhole()).isFalse();
    }

    @Test
    void takesNoInterruptionForDamage() throws Exception {
        set.chain();
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(this::verify).isInstanceOf(IOException.class).isNotInstanceOf(ChainException.class);
            assertThatThrownBy(() -> StoreVerifier.of(new DirectoryStore(directory)).verifyTree()).isInstanceOf(IOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void comparesWithTheChecksumOfVirtnbdbackup() throws Exception {
        set.full(0);
        Adler32 adler = new Adler32();
        adler.update(Files.readAllBytes(set.file("vda.full.data")));
        set.text("vda.full.data.chksum", Long.toString(adler.getValue()));
        assertThat(verify().problems()).isEmpty();
        assertThat(stream("vda.full.data").checks()).contains(Check.ADLER32);

        set.flip("vda.full.data", IN_DATA);
        assertThat(found(verify())).containsExactly("damaged vda.full.data");

        set.text("vda.full.data.chksum", "none");
        assertThat(found(verify())).containsExactly("malformed vda.full.data.chksum");
    }

    @Test
    void namesAllThatIsWrongAndReadsTheRest() throws Exception {
        set.chain().flip("vda.full.data", IN_DATA).cut("vda.inc.virtnbd.1.data", 7).flip("vmconfig.virtnbd.0.xml", 2)
                .delete("checkpoints/virtnbd.0.xml");

        SetReport report = verify();

        assertThat(found(report)).containsExactlyInAnyOrder("damaged vda.full.data", "truncated vda.inc.virtnbd.1.data",
                "damaged vmconfig.virtnbd.0.xml", "missing checkpoints/virtnbd.0.xml");
        assertThat(report.damaged()).containsExactlyInAnyOrder("vda.full.data", "vda.inc.virtnbd.1.data");
        assertThat(stream("vda.inc.virtnbd.3.data").checks()).contains(Check.SHA256);
        assertThat(report.problems()).filteredOn(problem -> problem.file().equals(Optional.of("vda.full.data")))
                .singleElement().satisfies(problem -> {
                    assertThat(problem.expected().orElseThrow()).startsWith("SHA-256 ");
                    assertThat(problem.found().orElseThrow()).startsWith("SHA-256 ");
                });
    }

    @Test
    void tellsTruncatedFromMalformedWithoutManifest() throws Exception {
        set.full(0).cut("vda.full.data", 60);
        assertThat(found(verify())).containsExactly("truncated vda.full.data");

        set.full(0).flip("vda.full.data", -40);
        assertThat(found(verify())).containsExactly("malformed vda.full.data");
    }

    @Test
    void readsTheStreamsOfAChainThatDoesNotHold() throws Exception {
        set.full(0).inc(1, 0).inc(3, 2).flip("vda.inc.virtnbd.1.data", -40);

        SetReport report = verify();

        assertThat(found(report)).contains("malformed vda.inc.virtnbd.1.data").anyMatch(problem -> problem.endsWith(" -"));
        assertThat(streams).hasSize(3);
    }

    @Test
    void tellsWhatSortOfFaultAChainHas() throws Exception {
        set.full(0).inc(2, 1);
        assertThat(found(verify())).containsExactly("missing -");

        set.delete("vda.full.data").delete("vda.inc.virtnbd.2.data").segments(3);
        Files.copy(set.file("vda.full.00001.data"), set.file("vda.full.00003.data"));
        assertThat(found(verify())).containsExactly("doubled -");
        assertThat(streams).hasSize(4);

        set.delete("vda.full.00003.data");
        Files.copy(set.file("vda.full.00000.data"), set.file("vdb.full.data"));
        assertThat(found(verify())).contains("foreign -").doesNotContain("doubled -");
    }

    @Test
    void missesALostDifferentialThatIsNoPartOfTheNewestContent() throws Exception {
        set.chain().delete("vda.diff.1795342131.data");

        assertThat(found(verify())).contains("missing vda.diff.1795342131.data");
    }

    @Test
    void missesAStreamOfWhichOnlyTheChecksumIsThereThoughTheNewestContentDoesWithoutIt() throws Exception {
        set.full(0).inc(1, 0).diff(2, 0, 1795342131).text("vda.inc.virtnbd.1.data.chksum", "1")
                .delete("vda.inc.virtnbd.1.data");

        assertThat(found(verify())).containsExactly("missing vda.inc.virtnbd.1.data");
        assertThat(verify(new DirectoryStore(directory.resolve("set")), Until.checkpoint("virtnbd.0")).problems()).isEmpty();
    }

    @Test
    void missesTheSegmentThatIsNotThere() throws Exception {
        set.segments(4).manifest("full", 0, -1, "vda.full.00000.data", "vda.full.00001.data", "vda.full.00002.data",
                "vda.full.00003.data").delete("vda.full.00002.data");

        SetReport report = verify();

        assertThat(found(report)).contains("missing vda.full.00002.data");
        assertThat(streams).hasSize(3).allMatch(stream -> stream.checks().contains(Check.SHA256));
    }

    @Test
    void looksAtACheckpointsChainOnly() throws Exception {
        set.chain().flip("vda.inc.virtnbd.3.data", IN_DATA);

        SetReport report = verify(new DirectoryStore(directory.resolve("set")), Until.checkpoint("virtnbd.1"));

        assertThat(report.problems()).isEmpty();
        assertThat(streams).hasSize(2);
        assertThat(report.manifests()).hasSize(2);
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> verify(new DirectoryStore(directory.resolve("none")), Until.NEWEST))
                .isInstanceOf(ChainException.class).hasMessageContaining("found nothing");
        assertThatThrownBy(this::verify).isInstanceOf(ChainException.class).hasMessageContaining("found no streams");
        assertThatThrownBy(() -> StoreVerifier.of(new DirectoryStore(directory.resolve("none"))).verifyTree())
                .isInstanceOf(ChainException.class).hasMessageContaining("found nothing");
    }

    @Test
    void verifiesSetsAroundADamagedOne() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            new StoredSet(directory.resolve("store/" + name)).chain();
        }
        new StoredSet(directory.resolve("store/b")).flip("vda.full.data", IN_DATA);

        StoreReport report = StoreVerifier.of(new DirectoryStore(directory.resolve("store"))).verifyTree();

        assertThat(report.isWhole()).isFalse();
        assertThat(report.sets()).extracting(SetReport::isWhole).containsExactly(true, false, true);
        assertThat(report.sets()).extracting(SetReport::streamsRead).containsExactly(4L, 4L, 4L);
    }

    @Test
    void readsAPartInEachRunAndAllInTurn() throws Exception {
        set.chain();
        VerificationState state = VerificationState.file(directory.resolve("state"));
        List<String> read = new ArrayList<>();
        for (int run = 1; run <= 4; run++) {
            StoreReport report = part(25, state);
            SetReport found = report.sets().get(0);
            assertThat(found.isWhole()).isTrue();
            assertThat(found.streamsRead()).isEqualTo(1);
            assertThat(found.unread()).hasSize(3);
            assertThat(report.coverage().orElseThrow().run()).isEqualTo(run);
            assertThat(report.coverage().orElseThrow().neverVerified()).isEqualTo(4 - run);
            streams.stream().filter(stream -> stream.content().isPresent()).map(StreamReport::file).forEach(read::add);
            assertThat(streams).filteredOn(stream -> stream.content().isEmpty())
                    .allMatch(stream -> stream.checks().contains(Check.END) && !stream.contentChecked());
        }
        assertThat(read).doesNotHaveDuplicates().hasSize(4);
        assertThat(part(25, state).coverage().orElseThrow().oldest()).isPresent();
    }

    private StoreReport part(int percent, VerificationState state) throws IOException {
        streams.clear();
        return StoreVerifier.of(new DirectoryStore(directory.resolve("set")), percent, state)
                .verifySet(null, Until.NEWEST, streams::add);
    }

    @Test
    void seesInEachRunThatAStreamIsCutWhicheverItReads() throws Exception {
        set.full(0).inc(1, 0).inc(2, 1).cut("vda.inc.virtnbd.1.data", 50);
        VerificationState state = VerificationState.inMemory();

        for (int run = 1; run <= 3; run++) {
            assertThat(part(30, state).sets().get(0).damaged()).containsExactly("vda.inc.virtnbd.1.data");
        }
    }

    @Test
    void readsWhatWasDamagedAgainInEachRunUntilItIsWhole() throws Exception {
        set.chain();
        byte[] whole = Files.readAllBytes(set.file("vda.full.data"));
        set.flip("vda.full.data", IN_DATA);
        VerificationState state = VerificationState.inMemory();
        int run = 1;
        while (part(25, state).sets().get(0).isWhole()) {
            assertThat(run++).isLessThan(4);
        }

        for (int again = 0; again < 5; again++) {
            assertThat(found(part(25, state).sets().get(0))).containsExactly("damaged vda.full.data");
        }
        Files.write(set.file("vda.full.data"), whole);
        assertThat(part(25, state).sets().get(0).isWhole()).isTrue();
    }
}
