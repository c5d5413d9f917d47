/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamLimits;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file that is a stream by its name.
 *
 * @param file     where it is
 * @param name     what its name says
 * @param metadata what the stream says of itself; null where it could not be read
 * @param failure  why it could not be read, or why it is not known whether its backup is complete; null where neither is so
 */
record StreamFile(StoredFile file, StreamFileName name, StreamMetadata metadata, IOException failure) {

    /**
     * Reads the metadata, which is the first frame, and nothing behind it. A failure is kept: it may be of no concern.
     *
     * @throws IOException if the thread is interrupted
     */
    static StreamFile read(StoredFile file, StreamFileName name) throws IOException {
        try {
            return new StreamFile(file, name, metadata(file), null);
        } catch (IOException e) {
            Interruptions.rethrow(e);
            return new StreamFile(file, name, null, e);
        }
    }

    /** The same stream, of which it is not known whether it counts. */
    StreamFile doubted(ChainException doubt) {
        return new StreamFile(file, name, metadata, doubt);
    }

    boolean isReadable() {
        return metadata != null;
    }

    private static StreamMetadata metadata(StoredFile file) throws IOException {
        Optional<Path> path = file.path();
        if (path.isPresent() && Files.isRegularFile(path.get())) {
            try (FileChannel channel = FileChannel.open(path.get());
                    SparseStreamReader reader = SparseStreamReader.open(channel, StreamLimits.DEFAULT)) {
                return reader.metadata();
            }
        }
        try (SparseStreamReader reader = SparseStreamReader.open(StartOfFile.open(file))) {
            return reader.metadata();
        }
    }

    String fileName() {
        return file.fileName();
    }

    String checkpoint() {
        return metadata.checkpointName();
    }

    String parent() {
        return metadata.parentCheckpoint();
    }
}
