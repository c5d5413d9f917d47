/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.Sha256;
import io.virtnbd.engine.ReopenableStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.Adler32;
import java.util.zip.CheckedInputStream;

/**
 * A file with the new full of a disk.
 *
 * @param bytes   its size
 * @param sha256  as in manifests
 * @param adler32 as in the reference's checksum files
 */
record FullFile(Path path, long bytes, String sha256, String adler32) {

    /** Writes it and makes it durable. */
    static FullFile write(Path path, ReopenableStream content) throws IOException {
        Adler32 adler = new Adler32();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
                OutputStream out = Channels.newOutputStream(channel);
                InputStream in = new CheckedInputStream(content.open(), adler)) {
            in.transferTo(out);
            channel.force(true);
        }
        // of what is in the file, and not of what was written
        return new FullFile(path, Files.size(path), Sha256.of(path), Long.toString(adler.getValue()));
    }

    /** Writes a small file and makes it durable. */
    static void writeSmall(Path path, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
                OutputStream out = Channels.newOutputStream(channel)) {
            out.write(content);
            channel.force(true);
        }
    }

    byte[] checksumFile() {
        return adler32.getBytes(StandardCharsets.US_ASCII);
    }
}
