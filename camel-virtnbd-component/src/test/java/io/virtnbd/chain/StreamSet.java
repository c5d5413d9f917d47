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
        stream.writeBytes("\r\nstop 0000000000000000 0000000000000000\r\n".getBytes(StandardCharsets.US_ASCII));
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
        return chain(null);
    }

    List<String> chain(Integer until) throws IOException {
        return fileNames(BackupDirectory.read(directory).chain("vda", until == null ? Until.NEWEST : Until.checkpoint(checkpoint(until))));
    }

    static List<String> fileNames(Chain chain) {
        return chain.members().stream().map(member -> member.file().name()).toList();
    }
}
