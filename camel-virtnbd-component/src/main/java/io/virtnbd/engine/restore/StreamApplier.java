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
    private final DurableProgress durable;
    private final LongConsumer progress;
    /** Bytes of the data frames of all streams so far. */
    private long total;
    private boolean begun;
    private long start;
    private long end;
    private long dataBytes;
    private long zeroBytes;

    /**
     * @param done     bytes of the data frames of the streams that were applied before
     * @param progress is told the bytes of all data frames so far
     */
    StreamApplier(RestoreTarget target, DurableProgress durable, long done, LongConsumer progress) {
        this.target = target;
        this.lz4 = new Lz4Payloads(target);
        this.durable = durable;
        this.total = done;
        this.progress = progress;
    }

    /**
     * Applies a stream to its end, and waits until all of it is written. What of it was applied before is read and not written
     * again.
     *
     * @param step   whose stream it is: the segments of a full or a copy together define every byte of the disk
     * @param before how far it was applied already
     */
    StreamProgress apply(RestoreStep step, SparseStreamReader reader, StreamProgress before) throws IOException {
        begun = false;
        start = 0;
        end = 0;
        dataBytes = 0;
        zeroBytes = 0;
        long from = before.end();
        for (Frame frame = reader.next(); !(frame instanceof StopFrame); frame = reader.next()) {
            boolean written = frame.end() <= from;
            follow(step, frame, written);
            if (frame instanceof DataFrame data) {
                data(reader, data, written);
            } else if (frame instanceof ZeroFrame) {
                zero(frame, step.isBase(), written);
            }
            if (!written && durable.wrote(frame instanceof DataFrame ? frame.length() : 0)) {
                settle();
                if (step.input() instanceof MeasuredInput measured) {
                    durable.read(before.index(), measured.content());
                }
                durable.save(progress(before.index(), false));
            }
        }
        settle();
        return progress(before.index(), true);
    }

    private StreamProgress progress(int index, boolean whole) {
        return new StreamProgress(index, start, end, dataBytes, zeroBytes, whole);
    }

    /** Waits until all that was applied is written. */
    private void settle() throws IOException {
        lz4.finish();
        target.drain();
    }

    /** Goes to where the frame starts. A full or a copy leaves out nothing, but for zeroes in streams of version 1. */
    private void follow(RestoreStep step, Frame frame, boolean written) throws IOException {
        if (!begun) {
            begun = true;
            start = frame.start();
        } else if (step.isBase()) {
            BaseCoverage.check(step, end, frame.start());
            if (!written) {
                fill(end, frame.start());
            }
        }
        end = frame.end();
    }

    /** Makes a range that no frame mentions read as zeroes. */
    void fill(long from, long to) throws IOException {
        if (from < to && !target.isBlank()) {
            target.zero(from, to - from);
        }
    }

    private void data(SparseStreamReader reader, DataFrame frame, boolean written) throws IOException {
        if (reader.metadata().compressed()) {
            if (written) {
                lz4.skip(reader);
            } else {
                lz4.apply(reader, frame);
            }
        } else if (!written) {
            Optional<FilePayload> payload = reader.filePayload();
            if (payload.isPresent()) {
                target.write(frame.start(), payload.get());
            } else {
                copy(reader, frame);
            }
        }
        dataBytes += frame.length();
        total += frame.length();
        progress.accept(total);
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

    private void zero(Frame frame, boolean base, boolean written) throws IOException {
        if (!written && (!base || !target.isBlank())) {
            target.zero(frame.start(), frame.length());
        }
        zeroBytes += frame.length();
    }

    @Override
    public void close() {
        lz4.close();
    }
}
