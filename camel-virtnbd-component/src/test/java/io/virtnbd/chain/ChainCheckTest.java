/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.sparsestream.MalformedStreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams with damage of all kinds, those of the reference among them. */
class ChainCheckTest {

    private static final String INC2 = "vda.inc.virtnbdbackup.2.data";

    @TempDir
    Path directory;

    private void golden(String name) throws Exception {
        try (Stream<Path> files = Files.list(Path.of(ChainCheckTest.class.getResource("/golden/" + name).toURI()))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
    }

    private void structure() throws IOException {
        BackupDirectory set = BackupDirectory.read(directory);
        ChainCheck.structure(set, List.of(set.chain("vda", Until.NEWEST)));
    }

    private void full() throws IOException {
        BackupDirectory set = BackupDirectory.read(directory);
        ChainCheck.full(set, List.of(set.chain("vda", Until.NEWEST)));
    }

    private void change(String file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve(file));
        bytes[offset < 0 ? bytes.length + offset : offset] ^= 1;
        Files.write(directory.resolve(file), bytes);
    }

    private void truncate(String file, int bytes) throws IOException {
        byte[] all = Files.readAllBytes(directory.resolve(file));
        Files.write(directory.resolve(file), Arrays.copyOf(all, all.length - bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void passesWhatTheReferenceWrote(String name) throws Exception {
        golden(name);

        structure();
        full();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void findsTruncatedStreamsWithoutReadingThem(String name) throws Exception {
        golden(name);
        truncate(INC2, 1);
        truncate("vda.full.data", 41);

        assertThatThrownBy(this::structure).isInstanceOf(ChainException.class).hasMessageContaining(INC2 + ": byte ")
                .hasMessageContaining("vda.full.data: byte ").hasCauseInstanceOf(MalformedStreamException.class);
        assertThatThrownBy(this::full).isInstanceOf(ChainException.class).hasMessageContaining(INC2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lz4"})
    void findsAndNamesAllStreamsWithAFlippedBit(String name) throws Exception {
        golden(name);
        change(INC2, 2000);
        change("vda.full.data", 20_000);

        structure();
        assertThatThrownBy(this::full).isInstanceOf(ChainException.class).hasMessageContaining(INC2 + ": ")
                .hasMessageContaining("vda.full.data: ").hasMessageNotContaining("virtnbdbackup.1.data");
    }

    @Test
    void comparesTheReferencesChecksum() throws Exception {
        golden("plain");
        Files.writeString(directory.resolve("vda.full.data.chksum"), "12345");
        Files.writeString(directory.resolve(INC2 + ".chksum"), "<html>");

        assertThatThrownBy(this::full).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.full.data: expected Adler-32 12345 as in vda.full.data.chksum, found ")
                .hasMessageContaining(INC2 + ": expected Adler-32 <html>");
    }

    @Test
    void needsNoChecksums() throws Exception {
        golden("plain");
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".chksum")).toList()) {
                Files.delete(file);
            }
        }

        full();
    }

    @Test
    void comparesSizesAndChecksumsOfManifests() throws Exception {
        StreamSet set = new StreamSet(directory).lineOf("web1", 0, 2);
        structure();
        full();

        set.write("vda.inc.virtnbd.1.data", set.incremental(1, 0).diskFormat("raw").build());
        assertThatThrownBy(this::structure).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.1.data: expected ").hasMessageContaining("bytes as in the manifest of virtnbd.1");

        set.write("vda.inc.virtnbd.1.data", set.incremental(1, 0).diskFormat("xcow2").build());
        structure();
        assertThatThrownBy(this::full).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.1.data: expected SHA-256 ");
    }

    @Test
    void comparesOtherFilesWithTheirManifests() throws Exception {
        StreamSet set = new StreamSet(directory).full(0).bytes("vmconfig.virtnbd.0.xml", new byte[] {1, 2, 3});
        Files.createDirectory(directory.resolve("checkpoints"));
        set.bytes("checkpoints/virtnbd.0.xml", new byte[] {4})
                .manifest("web1", 0, "", "vda.full.data", "vmconfig.virtnbd.0.xml", "checkpoints/virtnbd.0.xml");
        full();

        change("vmconfig.virtnbd.0.xml", 1);
        set.delete("checkpoints/virtnbd.0.xml");

        structure();
        assertThatThrownBy(this::full).isInstanceOf(ChainException.class)
                .hasMessageContaining("vmconfig.virtnbd.0.xml: expected SHA-256")
                .hasMessageContaining("checkpoints/virtnbd.0.xml: expected the domainXml that the manifest lists, found no such file");
    }

    @Test
    void checksTheStreamsOfTheChainsAlone() throws Exception {
        golden("plain");
        truncate(INC2, 1);
        BackupDirectory set = BackupDirectory.read(directory);

        ChainCheck.full(set, List.of(set.chain("vda", Until.checkpoint("virtnbdbackup.1"))));
    }

    @Test
    void noticesAStreamThatWasReplacedMeanwhile() throws Exception {
        StreamSet streams = new StreamSet(directory).line(1);
        BackupDirectory set = BackupDirectory.read(directory);
        List<Chain> chains = List.of(set.chain("vda", Until.NEWEST));
        streams.write("vda.inc.virtnbd.1.data", streams.incremental(2, 1).build());

        assertThatThrownBy(() -> ChainCheck.full(set, chains)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbd.1.data: expected the same stream as before");
    }

    @Test
    void namesTenAndCountsTheRest() throws Exception {
        new StreamSet(directory).line(13);
        for (int i = 1; i <= 13; i++) {
            truncate("vda.inc.virtnbd." + i + ".data", 2);
        }

        assertThatThrownBy(this::full).isInstanceOf(ChainException.class).hasMessageContaining("vda.inc.virtnbd.10.data")
                .hasMessageEndingWith("; and 3 more").hasMessageNotContaining("vda.inc.virtnbd.11.data");
    }

    @Test
    void isInterrupted() throws Exception {
        golden("plain");
        BackupDirectory set = BackupDirectory.read(directory);
        List<Chain> chains = List.of(set.chain("vda", Until.NEWEST));
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> ChainCheck.full(set, chains)).isInstanceOf(IOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
