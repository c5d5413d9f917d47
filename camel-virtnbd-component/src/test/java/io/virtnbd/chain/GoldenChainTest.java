/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamLimits;
import io.virtnbd.sparsestream.ZeroFrame;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backup sets that the reference made, with file times in no order, applied in the order of their chain. */
class GoldenChainTest {

    @TempDir
    Path directory;

    private final byte[] disk = new byte[64 << 20];

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void restoresToEveryCheckpointOfAGoldenSet(String name) throws Exception {
        Path golden = golden(name);
        copyWithShuffledTimes(golden);
        BackupDirectory set = BackupDirectory.read(directory);
        assertThat(set.disks()).containsExactly("vda");

        List<String> expected = Files.readAllLines(golden.resolve("expected-raw.sha256"));
        assertThat(expected).hasSize(5);
        List<ChainMember> applied = new ArrayList<>();
        for (String line : expected) {
            String[] parts = line.split("  ", 2);
            String until = parts[1].startsWith("until ") ? parts[1].substring("until ".length()) : null;
            List<ChainMember> members = set.chain(null, Until.parse(until)).members();
            assertThat(members).as("%s %s", name, parts[1]).hasSize(applied.size() + 1);
            assertThat(members.subList(0, applied.size())).as("%s %s", name, parts[1]).isEqualTo(applied);
            ChainMember last = members.get(applied.size());
            apply(last);
            applied.add(last);
            assertThat(sha256()).as("%s %s", name, parts[1]).isEqualTo(parts[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void putsTheDifferentialOfAGoldenSetLast(String name) throws Exception {
        copyWithShuffledTimes(golden(name));

        List<String> files = StreamSet.fileNames(BackupDirectory.read(directory).chain("vda", Until.NEWEST));

        assertThat(files).hasSize(5).startsWith("vda.full.data", "vda.inc.virtnbdbackup.1.data", "vda.inc.virtnbdbackup.2.data",
                "vda.inc.virtnbdbackup.3.data").last().asString().startsWith("vda.diff.");
        assertThat(StreamSet.fileNames(BackupDirectory.read(directory).chain("vda", Until.checkpoint("virtnbdbackup.4")))).isEqualTo(files);
    }

    private static Path golden(String name) throws URISyntaxException {
        URL url = GoldenChainTest.class.getResource("/golden/" + name);
        assertThat(url).as("golden set %s", name).isNotNull();
        return Path.of(url.toURI());
    }

    private void copyWithShuffledTimes(Path golden) throws IOException {
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        ChainPermutationTest.shuffleFileTimes(directory, new Random(7));
    }

    private String sha256() throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(disk));
    }

    private void apply(ChainMember member) throws IOException {
        try (FileChannel channel = FileChannel.open(member.file().path().orElseThrow());
                SparseStreamReader reader = SparseStreamReader.open(channel, StreamLimits.DEFAULT)) {
            apply(reader);
        }
    }

    private void apply(SparseStreamReader reader) throws IOException {
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            int start = Math.toIntExact(frame.start());
            int length = Math.toIntExact(frame.length());
            if (frame instanceof ZeroFrame) {
                Arrays.fill(disk, start, start + length, (byte) 0);
            } else if (frame instanceof DataFrame) {
                ByteBuffer target = ByteBuffer.wrap(disk, start, length);
                while (target.hasRemaining() && reader.readPayload(target) >= 0) {
                    continue;
                }
                assertThat(target.remaining()).isZero();
            }
        }
    }
}
