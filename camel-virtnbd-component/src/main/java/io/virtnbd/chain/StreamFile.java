/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamLimits;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is a stream by its name. Exactly one of metadata and failure is there.
 *
 * @param path     the file
 * @param name     what its name says
 * @param metadata what the stream says of itself; null where it could not be read
 * @param failure  why it could not be read, or null
 */
record StreamFile(Path path, StreamFileName name, StreamMetadata metadata, IOException failure) {

    /** Reads the metadata, which is the first frame, and nothing behind it. A failure is kept: it may be of no concern. */
    static StreamFile read(Path path, StreamFileName name) {
        if (!Files.isRegularFile(path)) {
            // opening a pipe would wait for a writer
            return new StreamFile(path, name, null, new IOException("not a regular file"));
        }
        try (FileChannel channel = FileChannel.open(path);
                SparseStreamReader reader = SparseStreamReader.open(channel, StreamLimits.DEFAULT)) {
            return new StreamFile(path, name, reader.metadata(), null);
        } catch (IOException e) {
            return new StreamFile(path, name, null, e);
        }
    }

    String fileName() {
        return path.getFileName().toString();
    }

    String checkpoint() {
        return metadata.checkpointName();
    }

    String parent() {
        return metadata.parentCheckpoint();
    }
}
