/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.engine.ServedDisk;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores whose sources fail on the way, and are made again. */
class ResumedRestoreTest {

    private static final int SIZE = 64 << 10;
    private static final int FRAME = 4 << 10;

    @TempDir
    Path directory;

    private static byte[] full(int value) {
        StreamBytes stream = StreamBytes.full(SIZE);
        for (int at = 0; at < SIZE; at += FRAME) {
            stream.data(at, filled(FRAME, value));
        }
        return stream.bytes();
    }

    private static byte[] increment() {
        return StreamBytes.increment(SIZE, "cp.0", "cp.1").data(0, filled(FRAME, 2)).zero(2 * FRAME, FRAME)
                .data(8 * FRAME, filled(FRAME, 3)).bytes();
    }

    private static byte[] expected() {
        byte[] disk = filled(SIZE, 1);
        Arrays.fill(disk, 0, FRAME, (byte) 2);
        Arrays.fill(disk, 2 * FRAME, 3 * FRAME, (byte) 0);
        Arrays.fill(disk, 8 * FRAME, 9 * FRAME, (byte) 3);
        return disk;
    }

    private RestoreOptions options() {
        return RestoreOptions.toImage(directory.resolve("disk.raw"), ImageFormat.RAW).withSyncInterval(FRAME);
    }

    /** A stream whose source breaks off with an error. */
    private static StreamInput broken(byte[] bytes, int after) {
        return StreamInput.of("broken", new FilterInputStream(new ByteArrayInputStream(bytes)) {
            private int left = after;

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (left == 0) {
                    throw new IOException("connection lost");
                }
                int count = super.read(target, offset, Math.min(length, left));
                left -= count;
                return count;
            }
        });
    }

    private static StreamInput input(byte[] bytes) {
        return StreamInput.of("stream", new ByteArrayInputStream(bytes));
    }

    private JournalContent journal() throws IOException {
        return RestoreJournal.read(directory.resolve("disk.raw.partial.journal")).orElseThrow();
    }

    @Test
    void goesOnWhereItWasAndWritesNothingAgain() throws IOException {
        byte[] full = full(1);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2), input(increment())), options()))
                .hasMessage("connection lost");

        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("disk.raw.partial", "disk.raw.partial.journal");
        long end = journal().progress(0).end();
        assertThat(end).isBetween((long) FRAME, (long) SIZE / 2);
        Path partial = directory.resolve("disk.raw.partial");
        byte[] marked = Files.readAllBytes(partial);
        marked[1] = 77;
        Files.write(partial, marked);

        RestoreResult result = DiskRestore.restore(List.of(input(full), input(increment())), options());

        byte[] expected = expected();
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(expected);
        assertThat(result.dataBytes()).isEqualTo(SIZE + 2 * FRAME);
        assertThat(result.zeroBytes()).isEqualTo(FRAME);
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    @Test
    void whatWasDoneIsNotWrittenAgain() throws IOException {
        byte[] full = full(1);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2), input(increment())), options()))
                .hasMessage("connection lost");
        Path partial = directory.resolve("disk.raw.partial");
        byte[] marked = Files.readAllBytes(partial);
        marked[FRAME - 1] = 77; // of the first frame; an increment that leaves it alone must leave it
        Files.write(partial, marked);

        DiskRestore.restore(List.of(input(full), input(StreamBytes.increment(SIZE, "cp.0", "cp.1").bytes())), options());

        // another plan: begun afresh
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(filled(SIZE, 1));

        Path image = Files.move(directory.resolve("disk.raw"), directory.resolve("other.raw"));
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2)), options()));
        marked = Files.readAllBytes(partial);
        marked[FRAME - 1] = 77;
        Files.write(partial, marked);
        DiskRestore.restore(List.of(input(full)), options());
        assertThat(Files.mismatch(image, directory.resolve("disk.raw"))).isEqualTo(FRAME - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"other streams", "damaged journal", "no journal", "other file", "linked file", "resume off"})
    void startsAfreshWhereItCannotGoOn(String why) throws IOException {
        byte[] full = full(1);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2)), options()))
                .hasMessage("connection lost");
        Path journal = directory.resolve("disk.raw.partial.journal");
        Path partial = directory.resolve("disk.raw.partial");
        Files.write(partial, filled(SIZE, 99));
        RestoreOptions options = options();
        byte[] again = full;
        switch (why) {
            case "other streams" -> {
                StreamBytes other = StreamBytes.full(SIZE).data(0, filled(SIZE, 1));
                other.metadata().date("2026-01-02T03:04:06.000000");
                again = other.bytes();
            }
            case "damaged journal" -> Files.writeString(journal, "damaged\n" + Files.readString(journal));
            case "no journal" -> Files.delete(journal);
            case "other file" -> Files.move(Files.write(directory.resolve("new"), filled(SIZE, 99)), partial,
                    StandardCopyOption.REPLACE_EXISTING);
            case "linked file" -> Files.createLink(directory.resolve("precious"), partial);
            default -> options = options.withResume(false);
        }

        DiskRestore.restore(List.of(input(again)), options);

        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(filled(SIZE, 1));
        if (Files.exists(directory.resolve("precious"))) {
            assertThat(Files.readAllBytes(directory.resolve("precious"))).isEqualTo(filled(SIZE, 99));
        }
        assertThat(partial).doesNotExist();
        assertThat(journal).doesNotExist();
    }

    @Test
    void aDamageLeavesNothing() throws IOException {
        byte[] full = full(1);
        full[full.length / 2] = 'x';
        byte[] damaged = Arrays.copyOf(full, full.length - 1);

        assertThatThrownBy(() -> DiskRestore.restore(List.of(input(damaged)), options())).isInstanceOf(RestoreException.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void withoutResumeAFailureLeavesNothing() {
        byte[] full = full(1);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2)), options().withResume(false)))
                .hasMessage("connection lost");
        assertThat(directory).isEmptyDirectory();
    }

    /** Random breaks at random positions, of chains of segments; in the end the disk is as it should be. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void arrivesAtTheSameDiskHoweverOftenItBreaks(boolean export) throws Exception {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 6; run++) {
            int middle = FRAME * random.nextInt(1, SIZE / FRAME);
            StreamBytes first = StreamBytes.full(SIZE).segment(0, 2);
            StreamBytes second = StreamBytes.full(SIZE).segment(1, 2);
            for (int at = 0; at < SIZE; at += FRAME) {
                StreamBytes stream = at < middle ? first : second;
                if (random.nextInt(3) == 0) {
                    stream.zero(at, FRAME);
                } else if (random.nextBoolean()) {
                    stream.data(at, filled(FRAME, random.nextInt(1, 9)));
                } else {
                    stream.data(at, filled(FRAME / 2, 7)).data(at + FRAME / 2, filled(FRAME / 2, random.nextInt(10, 20)));
                }
            }
            List<byte[]> streams = List.of(first.bytes(), second.bytes(), increment());
            try (ServedDisk disk = new ServedDisk(SIZE); ServedDisk reference = new ServedDisk(SIZE)) {
                disk.write(0, filled(SIZE, 0xee));
                reference.write(0, filled(SIZE, 0xee));
                DiskRestore.restore(inputs(streams, -1, 0), RestoreOptions.toExport(reference.uri()));
                RestoreOptions options = export ? RestoreOptions.toExport(disk.uri())
                        .withJournal(directory.resolve("journal")).withSyncInterval(1) : options().withOverwrite(true);
                for (int i = 0; i < 6; i++) {
                    int which = random.nextInt(streams.size());
                    int after = random.nextInt(1, streams.get(which).length);
                    try {
                        DiskRestore.restore(inputs(streams, which, after), options);
                    } catch (IOException e) {
                        assertThat(e).as("seed %d", seed).hasMessage("connection lost");
                    }
                }
                DiskRestore.restore(inputs(streams, -1, 0), options.withVerify(false));
                byte[] found = export ? disk.content() : Files.readAllBytes(directory.resolve("disk.raw"));
                assertThat(found).as("seed %d", seed).isEqualTo(reference.content());
                assertThat(directory.toFile().list()).as("seed %d", seed).hasSize(export ? 0 : 1);
            }
        }
    }

    private static List<StreamInput> inputs(List<byte[]> streams, int broken, int after) {
        StreamInput[] inputs = new StreamInput[streams.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = i == broken ? broken(streams.get(i), after) : input(streams.get(i));
        }
        return List.of(inputs);
    }

    @Test
    void aJournalOfAnExportThatIsOfSomethingElseIsRefused() throws IOException {
        Path journal = directory.resolve("journal");
        byte[] full = full(1);
        try (ServedDisk disk = new ServedDisk(SIZE)) {
            RestoreOptions options = RestoreOptions.toExport(disk.uri()).withJournal(journal).withSyncInterval(1);
            assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2)), options))
                    .hasMessage("connection lost");
            assertThat(journal).exists();

            assertThatThrownBy(() -> DiskRestore.restore(List.of(input(full), input(increment())), options))
                    .isInstanceOf(RestoreException.class).hasMessageContaining("journal: expected that of a restore of the same");
            assertThat(journal).exists();
            Files.writeString(journal, "precious");
            assertThatThrownBy(() -> DiskRestore.restore(List.of(input(full)), options)).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("none or is damaged");
            assertThat(journal).hasContent("precious");
        }
    }

    /** Between the journal that says it is whole and the image's name. */
    @Test
    void anImageThatOnlyLacksItsNameGetsIt() throws IOException {
        byte[] full = full(1);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length - 5)), options()))
                .hasMessage("connection lost");
        Path partial = directory.resolve("disk.raw.partial");
        byte[] marked = filled(SIZE, 1);
        marked[3] = 77; // what was durable is not written again
        Files.write(partial, marked);
        JournalContent content = journal();
        content.add(new StreamProgress(0, 0, SIZE, SIZE, 0, true));
        try (RestoreJournal left = RestoreJournal.create(directory.resolve("disk.raw.partial.journal"), content)) {
            left.published(Files.getLastModifiedTime(partial).toString());
        }

        DiskRestore.restore(List.of(input(full)), options());

        assertThat(directory.resolve("disk.raw")).hasBinaryContent(marked);
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    @Test
    void aJournalWhosePartialImageIsGoneIsOfNothing() throws IOException {
        byte[] full = full(1);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(broken(full, full.length / 2)), options()))
                .hasMessage("connection lost");
        Files.delete(directory.resolve("disk.raw.partial"));

        DiskRestore.restore(List.of(input(full)), options());

        assertThat(directory.resolve("disk.raw")).hasBinaryContent(filled(SIZE, 1));
        assertThat(directory.toFile().list()).containsExactly("disk.raw");
    }

    /** A raw image is no qcow2 image, whatever the journal says that it is whole. */
    @Test
    void aFinishedImageOfAnotherFormatIsNotTakenForThatOne() throws IOException {
        Path image = directory.resolve("disk.raw");
        byte[] full = full(1);
        DiskRestore.restore(List.of(input(full)), options().withJournalStays(true));
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("disk.raw", "disk.raw.partial.journal");
        RestoreOptions other = new RestoreOptions(image, ImageFormat.QCOW2, false, null, options().client(),
                options().progress(), true, null, FRAME, false, "", false);
        assertThatThrownBy(() -> DiskRestore.restore(List.of(input(full)), other)).isInstanceOf(RestoreException.class)
                .hasMessageContaining("is there already");
        assertThat(image).hasBinaryContent(filled(SIZE, 1));
    }

    /** The moment between the image's final name and the end of its journal. */
    @Test
    void anImageThatWasFinishedIsNotRestoredAgain() throws IOException {
        Path image = directory.resolve("disk.raw");
        Path journal = directory.resolve("disk.raw.partial.journal");
        byte[] full = full(1);
        DiskRestore.restore(List.of(input(full)), options());
        long number = UnixFile.number(image);
        String plan;
        try (RestorePlan same = RestorePlan.of(List.of(input(full)))) {
            plan = same.identity();
        }
        JournalContent content = new JournalContent(new JournalHeader(plan, "RAW", SIZE, number));
        content.add(new StreamProgress(0, 0, SIZE, SIZE, 0, true));
        for (boolean overwrite : new boolean[] {false, true}) {
            try (RestoreJournal left = RestoreJournal.create(journal, content)) {
                left.published(Files.getLastModifiedTime(image).toString());
            }
            Files.createLink(directory.resolve("disk.raw.partial"), image);

            RestoreResult result = DiskRestore.restore(List.of(input(full)), options().withOverwrite(overwrite));

            assertThat(result.dataBytes()).isEqualTo(SIZE);
            assertThat(UnixFile.number(image)).isEqualTo(number);
            assertThat(directory.toFile().list()).containsExactly("disk.raw");
        }
        // it was used since then: it is somebody's image
        try (RestoreJournal left = RestoreJournal.create(journal, content)) {
            left.published("1970-01-01T00:00:00Z");
        }
        assertThatThrownBy(() -> DiskRestore.restore(List.of(input(full)), options())).isInstanceOf(RestoreException.class)
                .hasMessageContaining("is there already");
    }

    @Test
    void anInterruptionKeepsWhatIsDurable() throws Exception {
        byte[] full = full(1);
        StreamInput interrupting = StreamInput.of("s", new FilterInputStream(new ByteArrayInputStream(full)) {
            private int left = full.length / 2;

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (left == 0) {
                    Thread.currentThread().interrupt();
                    throw new RestoreException("interrupted");
                }
                int count = super.read(target, offset, Math.min(length, left));
                left -= count;
                return count;
            }
        });
        assertThatThrownBy(() -> DiskRestore.restore(List.of(interrupting), options()));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(directory.resolve("disk.raw.partial")).exists();

        InputStream again = new ByteArrayInputStream(full);
        DiskRestore.restore(List.of(StreamInput.of("s", again)), options());
        assertThat(Files.readAllBytes(directory.resolve("disk.raw"))).isEqualTo(filled(SIZE, 1));
    }
}
