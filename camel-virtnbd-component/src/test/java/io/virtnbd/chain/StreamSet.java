/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes streams without data to a directory. Checkpoints are numbers here, N standing for {@code virtnbd.N}; a stream that
 * makes checkpoint N has the virtual size that was last set.
 */
final class StreamSet {

    private final Path directory;

    private long virtualSize = 1 << 20;

    StreamSet(Path directory) {
        this.directory = directory;
    }

    Path at() {
        return directory;
    }

    static String checkpoint(int number) {
        return "virtnbd." + number;
    }

    StreamSet virtualSize(long bytes) {
        virtualSize = bytes;
        return this;
    }

    StreamSet full(int checkpoint) {
        return write("vda.full.data", base(checkpoint).build());
    }

    StreamSet inc(int checkpoint, int parent) {
        return write("vda.inc." + checkpoint(checkpoint) + ".data", incremental(checkpoint, parent).build());
    }

    /** A chain of a full and increments up to a checkpoint. */
    StreamSet line(int last) {
        full(0);
        for (int i = 1; i <= last; i++) {
            inc(i, i - 1);
        }
        return this;
    }

    StreamSet diff(int checkpoint, int parent, long epoch) {
        return write("vda.diff." + epoch + ".data", incremental(checkpoint, parent)
                .date("2026-11-22T10:08:0" + checkpoint % 10 + String.format(".%06d", epoch)).build());
    }

    StreamSet segment(String stem, StreamMetadataBuilder metadata, int index, int count) {
        return write(stem + "." + String.format("%05d", index) + ".data", metadata.segment(index, count).build());
    }

    StreamMetadataBuilder base(int checkpoint) {
        return StreamMetadata.builder().virtualSize(virtualSize).date("2026-11-22T10:08:0" + checkpoint % 10).diskName("vda")
                .diskFormat("qcow2").checkpointName(checkpoint(checkpoint));
    }

    StreamMetadataBuilder incremental(int checkpoint, int parent) {
        return base(checkpoint).parentCheckpoint(checkpoint(parent)).incremental(true);
    }

    StreamSet write(String file, StreamMetadata metadata) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        byte[] json = metadata.toJson();
        stream.writeBytes(String.format("meta %016x %016x\r\n", 0, json.length).getBytes(StandardCharsets.US_ASCII));
        stream.writeBytes(json);
        String zeroes = metadata.incremental() || metadata.isSegment() ? ""
                : String.format("zero %016x %016x\r\n", 0, metadata.virtualSize());
        stream.writeBytes(("\r\n" + zeroes + "stop 0000000000000000 0000000000000000\r\n").getBytes(StandardCharsets.US_ASCII));
        return bytes(file, stream.toByteArray());
    }

    StreamSet bytes(String file, byte[] content) {
        try {
            Files.write(directory.resolve(file), content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A manifest of files as they are now. */
    StreamSet manifest(String domain, int checkpoint, String parent, String... files) {
        return manifest(domain, checkpoint, parent, base(checkpoint).build().date(), List.of(files));
    }

    StreamSet manifest(String domain, int checkpoint, String parent, String date, List<String> files) {
        try {
            List<ManifestEntry> entries = new ArrayList<>();
            for (String file : files) {
                Path path = directory.resolve(file);
                String disk = BackupFileNames.parse(file).map(StreamFileName::disk).orElse(null);
                entries.add(new ManifestEntry(file, Files.size(path), Sha256.of(path), disk == null ? "domainXml" : "disk", disk));
            }
            return bytes(domain + "." + checkpoint(checkpoint) + ".json", new Manifest(domain, parent.isEmpty() ? "full" : "inc",
                    checkpoint(checkpoint), parent, date, entries).toJson());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a manifest for each of a full and increments. */
    StreamSet lineOf(String domain, int first, int last) {
        for (int i = first; i <= last; i++) {
            if (i == first) {
                full(i).manifest(domain, i, "", "vda.full.data");
            } else {
                inc(i, i - 1).manifest(domain, i, checkpoint(i - 1), "vda.inc." + checkpoint(i) + ".data");
            }
        }
        return this;
    }

    /** The names of the files of vda. */
    List<String> chain(Until until) throws IOException {
        return fileNames(BackupDirectory.read(directory).chain("vda", until));
    }

    StreamSet delete(String file) {
        try {
            Files.delete(directory.resolve(file));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    StreamSet rename(String from, String to) {
        try {
            Files.move(directory.resolve(from), directory.resolve(to));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the files of the newest chain of vda. */
    List<String> chain() throws IOException {
        return chain(Until.NEWEST);
    }

    List<String> chain(Integer until) throws IOException {
        return fileNames(BackupDirectory.read(directory).chain("vda", until == null ? Until.NEWEST : Until.checkpoint(checkpoint(until))));
    }

    static List<String> fileNames(Chain chain) {
        return chain.members().stream().map(member -> member.file().name()).toList();
    }
}
