/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestVerifierTest {

    @TempDir
    Path directory;

    private Path stream;

    private Path xml;

    private Manifest manifest;

    @BeforeEach
    void makeABackup() throws Exception {
        byte[] content = new byte[700_001];
        new Random(1).nextBytes(content);
        stream = Files.write(directory.resolve("vda.full.data"), content);
        xml = Files.writeString(Files.createDirectory(directory.resolve("checkpoints")).resolve("virtnbd.0.xml"), "<xml/>");
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        manifest = manifest(List.of(new ManifestEntry("vda.full.data", content.length, sha256, "disk", "vda"),
                new ManifestEntry("checkpoints/virtnbd.0.xml", 6, null, "checkpoint-xml", null)));
    }

    @Test
    void acceptsWhatIsAsListed() throws Exception {
        Files.writeString(directory.resolve("other"), "of no concern");

        assertThatCode(() -> manifest.verify(directory, true)).doesNotThrowAnyException();
        assertThatCode(() -> manifest.verify(directory, false)).doesNotThrowAnyException();
    }

    @Test
    void namesAMissingArtifact() throws Exception {
        Files.delete(xml);

        refused(false, "checkpoints/virtnbd.0.xml is missing");
    }

    @Test
    void namesAnArtifactOfAnotherSize() throws Exception {
        Files.writeString(xml, "<xml/>\n");

        refused(false, "checkpoints/virtnbd.0.xml: expected 6 bytes, found 7");
    }

    @Test
    void namesAnArtifactThatIsADirectory() throws Exception {
        Files.delete(xml);
        Files.createDirectory(xml);

        refused(false, "checkpoints/virtnbd.0.xml is not a regular file");
    }

    @Test
    void noticesOneFlippedBitWhenChecksumsAreCompared() throws Exception {
        byte[] content = Files.readAllBytes(stream);
        content[600_000] ^= 4;
        Files.write(stream, content);

        refused(true, "vda.full.data: expected SHA-256");
        assertThatCode(() -> manifest.verify(directory, false)).doesNotThrowAnyException();
    }

    @Test
    void namesEveryArtifactThatDiffers() throws Exception {
        Files.delete(xml);
        Files.delete(stream);

        refused(true, "vda.full.data is missing; checkpoints/virtnbd.0.xml is missing");
    }

    @Test
    void countsWhatItDoesNotName() {
        List<ManifestEntry> entries = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            entries.add(new ManifestEntry("segment" + i, 1, null, "disk", "vda"));
        }
        manifest = manifest(entries);

        refused(false, "segment9 is missing; and 15 more");
    }

    private static Manifest manifest(List<ManifestEntry> entries) {
        return new Manifest("vm", "full", "virtnbd.0", "", "2026-11-22T10:08:47", entries);
    }

    private void refused(boolean checksums, String message) {
        assertThatThrownBy(() -> manifest.verify(directory, checksums)).isInstanceOf(ChainException.class)
                .hasMessageContaining(message).hasMessageContaining("virtnbd.0").hasMessageContaining(directory.toString());
    }
}
