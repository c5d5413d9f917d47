/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import static io.virtnbd.engine.restore.StreamBytes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.engine.ServedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoredDiskCheckTest {

    private static final int SIZE = 3 << 20;
    private static final int GROWN = SIZE + 100_000;

    @TempDir
    Path directory;
    private List<StreamInput> chain;

    @BeforeEach
    void writeStreams() throws IOException {
        chain = List.of(
                file("full", StreamBytes.full(SIZE).data(0, filled(2 << 20, 1)).zero(2 << 20, 1 << 20)),
                file("inc1", StreamBytes.increment(SIZE, "cp.0", "cp.1").data(100_000, filled(50_000, 2)).zero(300_000, 50_000)),
                file("inc2", StreamBytes.increment(GROWN, "cp.1", "cp.2").zero(120_000, 10_000).data(310_000, filled(10, 3))));
    }

    private StreamInput file(String name, StreamBytes stream) throws IOException {
        return StreamInput.of(Files.write(directory.resolve(name), stream.bytes()));
    }

    private RestoreOptions toImage() {
        return RestoreOptions.toImage(directory.resolve("disk.raw"), ImageFormat.RAW).withVerify(true);
    }

    @Test
    void aDiskThatIsAsItWasIsPublished() throws IOException {
        DiskRestore.restore(chain, toImage());
        assertThat(directory.resolve("disk.raw")).exists();
        try (ServedDisk disk = new ServedDisk(GROWN)) {
            disk.write(0, filled(GROWN, 0xee));
            DiskRestore.restore(chain, RestoreOptions.toExport(disk.uri()).withVerify(true));
            assertThat(disk.content()).isEqualTo(Files.readAllBytes(directory.resolve("disk.raw")));
        }
    }

    /** Each wrong byte is found, at its place, and with the stream that has it right. */
    @Test
    void findsEveryDifference() throws IOException {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        DiskRestore.restore(chain, toImage());
        Path image = directory.resolve("disk.raw");
        List<Long> places = new ArrayList<>(List.of(0L, 99_999L, 100_000L, 119_999L, 120_000L, 129_999L, 130_000L, 149_999L, 150_000L,
                299_999L, 300_000L, 310_000L, 310_009L, 310_010L, (long) SIZE - 1, (long) SIZE, (long) GROWN - 1));
        for (int i = 0; i < 20; i++) {
            places.add(random.nextLong(GROWN));
        }
        for (long place : places) {
            byte right = flip(image, place);
            String stream = place >= SIZE ? "no stream" : within(place, 120_000, 130_000) || within(place, 310_000, 310_010) ? "inc2"
                    : within(place, 100_000, 150_000) || within(place, 300_000, 350_000) ? "inc1" : "full";
            try (RestorePlan plan = RestorePlan.of(chain); RestoreTarget target = opened(image)) {
                assertThatThrownBy(() -> RestoredDiskCheck.check(plan, target)).as("seed %d, place %d", seed, place)
                        .isInstanceOf(RestoreException.class).hasMessageContaining("disk vda")
                        .hasMessageContaining("at byte " + place + " ").hasMessageContaining(stream)
                        .hasMessageContaining(String.format("0x%02x as", right));
            }
            flip(image, place);
        }
    }

    private static boolean within(long place, long start, long end) {
        return place >= start && place < end;
    }

    /** Changes a byte, and says what it was. */
    private static byte flip(Path image, long place) throws IOException {
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, place);
            byte before = one.get(0);
            channel.write(one.put(0, (byte) ~before).rewind(), place);
            return before;
        }
    }

    /** The image as a target, which it stays when that is closed. */
    private RestoreTarget opened(Path image) throws IOException {
        return new RawImageTarget(new TargetFile() {
            @Override
            public Path path() {
                return image;
            }

            @Override
            public boolean isBlank() {
                return true;
            }

            @Override
            public void fit(FileChannel content, long size) {
            }

            @Override
            public void publish(FileChannel content) {
            }

            @Override
            public RestoreException failure(IOException cause) {
                return new RestoreException("failure", cause);
            }

            @Override
            public void close() {
            }
        }, GROWN);
    }

    @Test
    void streamsThatCanBeReadOnceAreRefusedBeforeTheFirstWrite() throws IOException {
        StreamInput once = StreamBytes.full(SIZE).zero(0, SIZE).input("once");
        assertThatThrownBy(() -> DiskRestore.restore(List.of(once), toImage())).isInstanceOf(RestoreException.class)
                .hasMessageContaining("nothing was written");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("full", "inc1", "inc2");
    }
}
