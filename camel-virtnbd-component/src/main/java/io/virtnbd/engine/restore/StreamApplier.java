/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.FilePayload;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.ZeroFrame;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Applies the frames of streams, one stream after the other, to a target. Belongs to one thread. */
final class StreamApplier implements Closeable {

    private final RestoreTarget target;
    private final Lz4Payloads lz4;
    private final long diskSize;
    private final LongConsumer progress;
    /** End of what the frames of the full or copy cover so far. */
    private long covered;
    private long dataBytes;
    private long zeroBytes;

    /**
     * @param diskSize bytes of the disk in the end, which may be larger than it was in the first streams
     * @param progress is told the bytes of all data frames so far
     */
    StreamApplier(RestoreTarget target, long diskSize, LongConsumer progress) {
        this.target = target;
        this.lz4 = new Lz4Payloads(target);
        this.diskSize = diskSize;
        this.progress = progress;
    }

    /**
     * Applies a stream to its end, and waits until all of it is written.
     *
     * @param step whose stream it is: the segments of a full or a copy together define every byte of the disk
     */
    void apply(RestoreStep step, SparseStreamReader reader) throws IOException {
        boolean startsAnywhere = step.isAlone() && !step.isFirstSegment();
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            if (startsAnywhere) {
                covered = frame.start();
                startsAnywhere = false;
            }
            if (step.isBase()) {
                cover(step, frame.start());
                covered = frame.end();
            }
            if (frame instanceof DataFrame data) {
                data(reader, data);
            } else if (frame instanceof ZeroFrame) {
                zero(frame, step.isBase());
            }
        }
        lz4.finish();
        if (step.isBase() && step.isLastSegment()) {
            cover(step, step.metadata().virtualSize());
            fill(diskSize); // what increments of a disk that has grown do not mention is zeroes too
        }
        target.drain();
    }

    /**
     * Goes to where the next frame starts. Streams of version 1 may leave out zeroes on the way, others are incomplete then.
     */
    private void cover(RestoreStep step, long start) throws IOException {
        boolean hole = step.metadata().streamVersion() == 1 ? start < covered : start != covered;
        if (hole) {
            throw new RestoreException(step.name() + ": expected the segments of a backup to follow each other, found one that"
                    + " ends at byte " + covered + " of the disk, and the next frame at " + start);
        }
        fill(start);
    }

    private void fill(long end) throws IOException {
        if (covered < end && !target.isBlank()) {
            target.zero(covered, end - covered);
        }
        covered = end;
    }

    private void data(SparseStreamReader reader, DataFrame frame) throws IOException {
        if (reader.metadata().compressed()) {
            lz4.apply(reader, frame);
        } else {
            Optional<FilePayload> payload = reader.filePayload();
            if (payload.isPresent()) {
                target.write(frame.start(), payload.get());
            } else {
                copy(reader, frame);
            }
        }
        dataBytes += frame.length();
        progress.accept(dataBytes);
    }

    private void copy(SparseStreamReader reader, DataFrame frame) throws IOException {
        long offset = frame.start();
        while (offset < frame.end()) {
            ByteBuffer buffer = target.acquire();
            buffer.limit((int) Math.min(buffer.capacity(), frame.end() - offset));
            try {
                while (buffer.hasRemaining()) {
                    reader.readPayload(buffer);
                }
            } catch (IOException | RuntimeException e) {
                target.release(buffer);
                throw e;
            }
            int length = buffer.flip().remaining();
            target.write(offset, buffer);
            offset += length;
        }
    }

    private void zero(Frame frame, boolean base) throws IOException {
        if (!base || !target.isBlank()) {
            target.zero(frame.start(), frame.length());
        }
        zeroBytes += frame.length();
    }

    long dataBytes() {
        return dataBytes;
    }

    long zeroBytes() {
        return zeroBytes;
    }

    @Override
    public void close() {
        lz4.close();
    }
}
