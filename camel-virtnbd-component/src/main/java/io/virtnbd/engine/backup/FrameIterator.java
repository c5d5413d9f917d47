/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.extent.ExtentType;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.MetaFrame;
import io.virtnbd.sparsestream.StopFrame;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The frames of a plain stream one by one, from the meta frame to the stop frame, read ahead. Reads until the last
 * frame, a failure or {@link #close}. Belongs to one thread at a time.
 */
public final class FrameIterator implements Iterator<EncodedFrame>, Closeable {

    private enum Stage { META, FRAMES, STOP, END }

    private final DiskPlan plan;
    private final StreamFactory streams;
    private final FrameCursor frames;
    private ReadPipeline pipeline;
    private Stage stage = Stage.META;

    FrameIterator(DiskPlan plan, StreamFactory streams) {
        this.plan = plan;
        this.streams = streams;
        this.frames = plan.cursor();
    }

    @Override
    public boolean hasNext() {
        return stage != Stage.END;
    }

    /** Most bytes of payload in the next frame. */
    public long nextSize() {
        return stage == Stage.FRAMES && frames.nextType() == ExtentType.DATA ? plan.maxDataLength() : 0;
    }

    /** @throws UncheckedIOException if the export could not be read; there is no next frame then */
    @Override
    public EncodedFrame next() {
        try {
            return switch (stage) {
                case META -> meta();
                case FRAMES -> frame();
                case STOP -> stop();
                case END -> throw new NoSuchElementException();
            };
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private EncodedFrame meta() throws IOException {
        byte[] head = StreamHead.encode(plan.metadata());
        pipeline = streams.framePipeline(plan.cursor());
        stage = frames.nextType() == null ? Stage.STOP : Stage.FRAMES;
        return new EncodedFrame(new MetaFrame(head.length - FrameHeader.LENGTH - StreamSize.CRLF_LENGTH), head);
    }

    private EncodedFrame frame() throws IOException {
        Slot slot = pipeline.take();
        ByteBuffer output = slot.output();
        byte[] bytes = new byte[output.remaining()];
        output.get(bytes);
        pipeline.release();
        Frame frame = frames.next();
        if (frames.nextType() == null) {
            stage = Stage.STOP;
        }
        return new EncodedFrame(frame, bytes);
    }

    private EncodedFrame stop() {
        close();
        return new EncodedFrame(new StopFrame(), new StreamTail(false).encode().next().array());
    }

    @Override
    public void close() {
        stage = Stage.END;
        if (pipeline != null) {
            pipeline.close();
        }
    }
}
