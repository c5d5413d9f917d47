/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a chain reads as at any position. */
class ChainImageTest {

    private static final int SIZE = 1_500_000;

    @TempDir
    Path directory;

    private static byte[] read(ChainImage image, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        image.read(offset, buffer);
        assertThat(buffer.hasRemaining()).isFalse();
        return buffer.array();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void readsWhatTheLastBackupSawAtAnyPosition(long seed) throws IOException {
        Random random = new Random(seed);
        RandomChain chain = new RandomChain(directory, random).make(SIZE, random.nextInt(6));
        byte[] expected = chain.content();
        try (ChainImage image = ChainImage.open(chain.chain(), new ImageOptions(random.nextInt(1 << 21), 2))) {
            assertThat(image.size()).isEqualTo(expected.length);
            for (int i = 0; i < 120; i++) {
                int offset = random.nextInt(expected.length);
                int length = random.nextInt(Math.min(expected.length - offset, random.nextBoolean() ? 5000 : 500_000)) + 1;
                assertThat(read(image, offset, length)).as("seed %d, %d bytes at %d", seed, length, offset)
                        .isEqualTo(Arrays.copyOfRange(expected, offset, offset + length));
                assertExtentsHold(image, expected, offset, length);
            }
            assertExtentsHold(image, expected, 0, expected.length);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void readsWhatARestoreWrites(long seed) throws IOException {
        Chain chain = new RandomChain(directory, new Random(seed)).make(SIZE, 4).chain();
        Path restored = directory.resolve("restored.raw");
        DiskRestore.restore(chain.members().stream().map(member -> StreamInput.of(member.file())).toList(),
                RestoreOptions.toImage(restored, ImageFormat.RAW));
        try (ChainImage image = ChainImage.open(chain, ImageOptions.DEFAULT)) {
            assertThat(read(image, 0, (int) image.size())).isEqualTo(Files.readAllBytes(restored));
        }
    }

    @ParameterizedTest
    @CsvSource({"plain,0", "plain,1", "plain,3", "plain,4", "lz4,0", "lz4,1", "lz4,3", "lz4,4"})
    void readsChainsOfTheReference(String set, int index) throws Exception {
        Path golden = golden(set);
        List<String> checkpoints = List.of("virtnbdbackup.0", "virtnbdbackup.1", "virtnbdbackup.2", "virtnbdbackup.3");
        String expected = Files.readAllLines(golden.resolve("expected-raw.sha256")).get(index).substring(0, 64);
        Chain chain = BackupDirectory.read(golden).chain("vda", index == 4 ? Until.NEWEST : Until.checkpoint(checkpoints.get(index)));
        try (ChainImage image = ChainImage.open(chain, ImageOptions.DEFAULT)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            int piece = 1_234_567;
            for (long at = 0; at < image.size(); at += piece) {
                digest.update(read(image, at, (int) Math.min(piece, image.size() - at)));
            }
            assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(expected);
        }
    }

    private static Path golden(String set) throws URISyntaxException {
        return Path.of(ChainImageTest.class.getResource("/golden/" + set).toURI());
    }

    @Test
    void severalThreadsReadTheSame() throws Exception {
        RandomChain chain = new RandomChain(directory, new Random(7)).make(SIZE, 3);
        byte[] expected = chain.content();
        try (ChainImage image = ChainImage.open(chain.chain(), new ImageOptions(500_000, 2))) {
            IntStream.range(0, 400).parallel().forEach(i -> {
                int offset = new Random(i).nextInt(expected.length - 70_000);
                try {
                    assertThat(read(image, offset, 70_000)).isEqualTo(Arrays.copyOfRange(expected, offset, offset + 70_000));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void aFileThatChangesIsAnError() throws IOException {
        RandomChain chain = new RandomChain(directory, new Random(3)).make(SIZE, 0);
        Chain members = chain.chain();
        try (ChainImage image = ChainImage.open(members, new ImageOptions(0, 1))) {
            Path file = members.members().get(0).file().path().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
            assertThatThrownBy(() -> read(image, 0, SIZE)).isInstanceOf(IOException.class).hasMessageContaining("has changed");
        }
    }

    @Test
    void aFileThatIsReplacedIsAnError() throws IOException {
        RandomChain chain = new RandomChain(directory, new Random(3)).make(SIZE, 0);
        Chain members = chain.chain();
        try (ChainImage image = ChainImage.open(members, new ImageOptions(0, 1))) {
            Path file = members.members().get(0).file().path().orElseThrow();
            Path other = directory.resolve("other");
            Files.copy(file, other);
            Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(() -> read(image, 0, SIZE)).isInstanceOf(IOException.class).hasMessageContaining("has changed");
        }
    }

    /**
     * Whatever a byte of a stream is changed to, it is refused, or what is served is what a restore makes of it, or what it was
     * before: in what newer frames hide, damage does not matter.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void damageIsNeverServed(long seed) throws IOException {
        Random random = new Random(seed);
        RandomChain whole = new RandomChain(directory, random).make(200_000, 2);
        Chain chain = whole.chain();
        for (int i = 0; i < 60; i++) {
            Path file = chain.members().get(random.nextInt(chain.members().size())).file().path().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, damaged(bytes, random));
            byte[] served = null;
            try (ChainImage image = ChainImage.open(BackupDirectory.read(directory).chain("vda", Until.NEWEST), ImageOptions.DEFAULT)) {
                served = read(image, 0, (int) image.size());
            } catch (IOException e) {
                // refused
            }
            if (served != null && !Arrays.equals(served, whole.content())) {
                Path restored = directory.resolve("restored");
                Chain now = BackupDirectory.read(directory).chain("vda", Until.NEWEST);
                DiskRestore.restore(now.members().stream().map(member -> StreamInput.of(member.file())).toList(),
                        RestoreOptions.toImage(restored, ImageFormat.RAW));
                assertThat(served).as("seed %d, round %d", seed, i).isEqualTo(Files.readAllBytes(restored));
                Files.delete(restored);
            }
            Files.write(file, bytes);
        }
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        switch (random.nextInt(3)) {
            case 0 -> damaged[random.nextInt(bytes.length)] ^= 1 << random.nextInt(8);
            case 1 -> damaged = Arrays.copyOf(damaged, random.nextInt(bytes.length));
            default -> {
                // of a header
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                int at = text.indexOf(random.nextBoolean() ? "data 0" : "zero 0", random.nextInt(bytes.length));
                damaged[at < 0 ? bytes.length - 1 - random.nextInt(100) : at + 5 + random.nextInt(33)] = (byte) "0123456789abcdef"
                        .charAt(random.nextInt(16));
            }
        }
        return damaged;
    }

    private static void assertExtentsHold(ChainImage image, byte[] model, int offset, int length) throws IOException {
        List<Extent> extents = new ArrayList<>();
        image.extents(offset, length, extents::add);
        long at = offset;
        ExtentType before = null;
        for (Extent extent : extents) {
            assertThat(extent.offset()).isEqualTo(at);
            assertThat(extent.type()).isNotEqualTo(before);
            before = extent.type();
            at = extent.end();
            if (extent.type() == ExtentType.ZERO) {
                byte[] range = Arrays.copyOfRange(model, (int) extent.offset(), (int) at);
                assertThat(Arrays.equals(range, new byte[range.length])).as("%s", extent).isTrue();
            }
        }
        assertThat(at).isEqualTo(offset + length);
    }
}
