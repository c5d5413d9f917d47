/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Sha256;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A directory with plain streams of 64 KiB of data each. Checkpoints are numbers, N standing for {@code virtnbd.N}. */
final class StoredSet {

    static final int DATA = 64 << 10;

    private final Path directory;
    private final Random random = new Random(5);

    StoredSet(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    private static StreamMetadataBuilder metadata(int checkpoint) {
        return StreamMetadata.builder().virtualSize(DATA).dataSize(DATA).date("2026-11-22T10:08:0" + checkpoint % 10)
                .diskName("vda").diskFormat("qcow2").checkpointName("virtnbd." + checkpoint);
    }

    private static StreamMetadataBuilder metadata(int checkpoint, int parent) {
        return metadata(checkpoint).parentCheckpoint("virtnbd." + parent).incremental(true);
    }

    StoredSet full(int checkpoint) throws IOException {
        return write("vda.full.data", metadata(checkpoint).build());
    }

    StoredSet segments(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            write(String.format("vda.full.%05d.data", i), metadata(0).segment(i, count).build());
        }
        return this;
    }

    StoredSet inc(int checkpoint, int parent) throws IOException {
        return write("vda.inc.virtnbd." + checkpoint + ".data", metadata(checkpoint, parent).build());
    }

    StoredSet diff(int checkpoint, int parent, long epoch) throws IOException {
        return write("vda.diff." + epoch + ".data", metadata(checkpoint, parent).build());
    }

    private StoredSet write(String name, StreamMetadata metadata) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        byte[] json = metadata.toJson();
        stream.writeBytes(String.format("meta %016x %016x\r\n", 0, json.length).getBytes(StandardCharsets.US_ASCII));
        stream.writeBytes(json);
        stream.writeBytes(String.format("\r\ndata %016x %016x\r\n", 0, DATA).getBytes(StandardCharsets.US_ASCII));
        byte[] data = new byte[DATA];
        random.nextBytes(data);
        stream.writeBytes(data);
        stream.writeBytes("\r\nstop 0000000000000000 0000000000000000\r\n".getBytes(StandardCharsets.US_ASCII));
        Files.write(file(name), stream.toByteArray());
        return this;
    }

    /** Lists files of one backup that are there. */
    StoredSet manifest(String level, int checkpoint, int parent, String... files) throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        for (String name : files) {
            entries.add(new ManifestEntry(name, Files.size(file(name)), Sha256.of(file(name)),
                    name.endsWith(".data") ? "disk" : "domain-xml", name.endsWith(".data") ? "vda" : null));
        }
        Manifest manifest = new Manifest("web1", level, "virtnbd." + checkpoint, parent < 0 ? "" : "virtnbd." + parent,
                "2026-11-22T10:08:0" + checkpoint % 10, entries);
        Files.write(file("web1.virtnbd." + checkpoint + ".json"), manifest.toJson());
        return this;
    }

    StoredSet text(String name, String content) throws IOException {
        Files.createDirectories(file(name).getParent());
        Files.writeString(file(name), content);
        return this;
    }

    /** A full, two increments and a differential, with manifests and a domain's XML. */
    StoredSet chain() throws IOException {
        text("vmconfig.virtnbd.0.xml", "<domain/>").text("checkpoints/virtnbd.0.xml", "<domaincheckpoint/>");
        return full(0).inc(1, 0).diff(2, 1, 1795342131).inc(3, 1)
                .manifest("full", 0, -1, "vda.full.data", "vmconfig.virtnbd.0.xml", "checkpoints/virtnbd.0.xml")
                .manifest("inc", 1, 0, "vda.inc.virtnbd.1.data")
                .manifest("diff", 2, 1, "vda.diff.1795342131.data")
                .manifest("inc", 3, 1, "vda.inc.virtnbd.3.data");
    }

    StoredSet flip(String name, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file(name));
        bytes[offset < 0 ? bytes.length + offset : offset] ^= 1;
        Files.write(file(name), bytes);
        return this;
    }

    StoredSet cut(String name, int bytes) throws IOException {
        byte[] all = Files.readAllBytes(file(name));
        Files.write(file(name), java.util.Arrays.copyOf(all, all.length - bytes));
        return this;
    }

    StoredSet delete(String name) throws IOException {
        Files.delete(file(name));
        return this;
    }
}
