/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session compares what it has read of a backup with the backup's manifest. */
class SessionManifestsTest {

    private static final int SIZE = 4000;
    private static final String DATE = "2026-01-02T03:04:05.000000";

    @TempDir
    Path directory;
    private RestoreOptions options;

    @BeforeEach
    void target() {
        options = RestoreOptions.toImage(directory.resolve("disk.raw"), ImageFormat.RAW);
    }

    private static byte[] segment(int index, int value) {
        return StreamBytes.full(SIZE).segment(index, 2).data(index * SIZE / 2, filled(SIZE / 2, value)).bytes();
    }

    private static byte[] increment() {
        return StreamBytes.increment(SIZE, "cp.0", "cp.1").data(0, filled(10, 9)).bytes();
    }

    private static StreamInput input(byte[] bytes) {
        return StreamInput.of("message", new ByteArrayInputStream(bytes));
    }

    private static ManifestEntry entry(String name, byte[] bytes) throws IOException {
        return new ManifestEntry(name, bytes.length, Sha256.of(new ByteArrayInputStream(bytes)), "segment", "vda");
    }

    private static Manifest full(String date, ManifestEntry... entries) {
        return new Manifest("web1", "full", "cp.0", "", date, List.of(entries));
    }

    private static String name(int index) {
        return BackupFileNames.segment("vda", Level.FULL, "cp.0", 0, index);
    }

    private static Manifest manifest(byte[] first, byte[] second) throws IOException {
        return full(DATE, entry(name(0), first), entry(name(1), second));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void streamsAreThoseOfTheManifestWheneverItComes(boolean before) throws IOException {
        Manifest manifest = manifest(segment(0, 1), segment(1, 2));
        try (RestoreSession session = new RestoreSession(options)) {
            if (before) {
                session.compare(manifest);
            }
            session.accept(input(segment(1, 2)), null);
            session.accept(input(segment(0, 1)), null);
            if (!before) {
                session.compare(manifest);
            }
            assertThat(session.complete("cp.0").complete()).isTrue();
        }
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStreamWithOneOtherByteEndsTheRestore(boolean anotherSession) throws IOException {
        byte[] other = segment(1, 2);
        other[other.length - 60] ^= 1;
        RestoreSession session = new RestoreSession(options);
        session.accept(input(segment(0, 1)), null);
        session.accept(input(other), null);
        session.accept(input(increment()), null);
        if (anotherSession) {
            session.close();
            session = new RestoreSession(options);
        }
        RestoreSession open = session;
        assertThatThrownBy(() -> open.compare(manifest(segment(0, 1), segment(1, 2)))).isInstanceOf(RestoreException.class)
                .hasMessageContaining("segment 1 of checkpoint cp.0 of disk vda: expected SHA-256");
        assertThatThrownBy(() -> open.complete(null)).isInstanceOf(IncompleteChainException.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aManifestThatCameFirstRefusesTheStreamAsItComes() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.compare(manifest(segment(0, 1), segment(1, 3)));
            session.accept(input(segment(0, 1)), "cp.0");
            assertThatThrownBy(() -> session.accept(input(segment(1, 2)), "cp.0")).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("SHA-256");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void sizesAndNamesCountToo() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), null);
            ManifestEntry whole = entry(name(0), segment(0, 1));
            Manifest longer = full(DATE, new ManifestEntry(name(0), whole.bytes() + 1, null, "segment", "vda"));
            assertThatThrownBy(() -> session.compare(longer)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("expected " + (whole.bytes() + 1) + " bytes as in the manifest, found "
                            + whole.bytes());
        }
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), null);
            assertThatThrownBy(() -> session.compare(full(DATE, entry(name(1), segment(1, 2))))).isInstanceOf(
                    RestoreException.class).hasMessageContaining("that the manifest of its backup lists");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void theManifestOfAnotherBackupHarmsNothing() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), null);
            assertThatThrownBy(() -> session.compare(full("2026-02-02T03:04:05.000000", entry(name(0), segment(0, 7)))))
                    .isInstanceOf(ChainException.class).hasMessageContaining("found one of 2026-02-02");
            session.compare(new Manifest("web1", "full", "cp.0", "", DATE,
                    List.of(new ManifestEntry("sda.full.data", 1, null, "disk", "sda"))));
            session.accept(input(segment(1, 2)), null);
            assertThat(session.complete(null).complete()).isTrue();
        }
    }

    @Test
    void aManifestThatComesAfterTheImageWasCompleteStillSaysThatItIsAnother() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), "cp.0");
            session.accept(input(segment(1, 2)), "cp.0");
            session.compare(manifest(segment(0, 1), segment(1, 2)));
            assertThatThrownBy(() -> session.compare(manifest(segment(0, 1), segment(1, 3))))
                    .isInstanceOf(RestoreException.class).hasMessageContaining("was complete, and is not what was backed up");
        }
        assertThat(Files.size(directory.resolve("disk.raw"))).isEqualTo(SIZE);
    }

    @Test
    void anIncrementThatComesAgainAfterCompletionIsKnown() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), "cp.1");
            session.accept(input(segment(1, 2)), "cp.1");
            assertThat(session.accept(input(increment()), "cp.1").complete()).isTrue();
            SessionProgress again = session.accept(input(increment()), "cp.1");
            assertThat(again.complete()).isTrue();
            assertThat(again.applied()).isFalse();
        }
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    /** With the stream of a backup lost, its manifest is all that tells of it. */
    @Test
    void whatAManifestTellsOfIsWaitedFor() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), null);
            session.accept(input(segment(1, 2)), null);
            session.compare(manifest(segment(0, 1), segment(1, 2)));
            session.compare(new Manifest("web1", "inc", "cp.1", "cp.0", "2026-01-03T03:04:05.000000",
                    List.of(entry("vda.inc.cp.1.data", increment()))));
            assertThatThrownBy(() -> session.complete(null)).isInstanceOf(IncompleteChainException.class)
                    .hasMessageContaining("the stream of checkpoint cp.1");
            assertThat(session.complete("cp.0").complete()).isTrue();
        }
    }

    @Test
    void aStreamOfAnotherBackupThanItsManifestIsRefusedBeforeItIsApplied() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), null);
            session.accept(input(segment(1, 2)), null);
            Manifest other = new Manifest("web1", "inc", "cp.1", "cp.0", "2026-01-03T03:04:05.000000",
                    List.of(entry("vda.inc.cp.1.data", increment())));
            session.compare(other);
            assertThatThrownBy(() -> session.accept(input(increment()), "cp.1")).isInstanceOf(IncompleteChainException.class)
                    .hasMessageContaining("2026-01-03");
            assertThat(directory.resolve("disk.raw")).doesNotExist();
            session.compare(new Manifest("web1", "inc", "cp.1", "cp.0", DATE, other.artifacts()));
            assertThat(session.accept(input(increment()), "cp.1").complete()).isTrue();
        }
    }

    @Test
    void aStreamOfAnotherBackupIsRefusedAlsoWhereTheManifestHasNoSuchDisk() throws IOException {
        byte[] stream = StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).bytes();
        try (RestoreSession session = new RestoreSession(options)) {
            session.compare(full("2026-02-02T03:04:05.000000", entry("vdb.full.data", stream)));
            assertThatThrownBy(() -> session.accept(input(stream), "cp.0")).isInstanceOf(IncompleteChainException.class)
                    .hasMessageContaining("expected a stream of 2026-02-02").hasMessageContaining("found one of " + DATE);
            assertThatThrownBy(() -> session.complete("cp.0")).isInstanceOf(IncompleteChainException.class);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFullThatIsRefusedLeavesNothing() throws IOException {
        byte[] right = StreamBytes.full(SIZE).data(0, filled(SIZE, 1)).bytes();
        StreamBytes larger = StreamBytes.full(SIZE + 10).data(0, filled(SIZE + 10, 1));
        larger.metadata().date("2026-02-02T03:04:05.000000");
        try (RestoreSession session = new RestoreSession(options)) {
            session.compare(full(DATE, entry("vda.full.data", right)));
            assertThatThrownBy(() -> session.accept(larger.input("larger"), null)).isInstanceOf(IncompleteChainException.class);
            assertThat(directory).isEmptyDirectory();
            session.accept(input(right), "cp.0");
        }
        assertThat(Files.size(directory.resolve("disk.raw"))).isEqualTo(SIZE);
    }

    @Test
    void manifestsAreKeptForTheSessionThatGoesOn() throws IOException {
        try (RestoreSession session = new RestoreSession(options)) {
            session.accept(input(segment(0, 1)), null);
            session.compare(manifest(segment(0, 1), segment(1, 3)));
        }
        try (RestoreSession session = new RestoreSession(options)) {
            assertThatThrownBy(() -> session.accept(input(segment(1, 2)), "cp.0")).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("SHA-256");
        }
        assertThat(directory).isEmptyDirectory();
    }
}
