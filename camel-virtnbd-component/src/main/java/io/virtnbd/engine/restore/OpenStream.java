/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamLimits;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** An input with a reader at its start. */
record OpenStream(StreamInput input, Closeable source, SparseStreamReader reader) implements Closeable {

    static OpenStream open(StreamInput input) throws IOException {
        Optional<Path> file = input.file();
        if (file.isPresent()) {
            FileChannel channel = FileChannel.open(file.get(), StandardOpenOption.READ);
            return open(input, channel, () -> SparseStreamReader.open(channel, StreamLimits.DEFAULT));
        }
        var stream = input.open();
        return open(input, stream, () -> SparseStreamReader.open(stream, StreamLimits.DEFAULT));
    }

    private interface Opening {
        SparseStreamReader open() throws IOException;
    }

    private static OpenStream open(StreamInput input, Closeable source, Opening opening) throws IOException {
        try {
            return new OpenStream(input, source, opening.open());
        } catch (MalformedStreamException e) {
            Closing.after(e, source);
            throw named(input, e);
        } catch (Throwable e) {
            Closing.after(e, source);
            throw e;
        }
    }

    /** The error of a stream with the name of the stream. */
    static RestoreException named(StreamInput input, MalformedStreamException error) {
        return new RestoreException(input.name() + ": " + error.getMessage(), error);
    }

    @Override
    public void close() throws IOException {
        Closing.all(List.of(reader, source));
    }
}
