/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.util.Arrays;

/**
 * Walks over the frames of a stream that can be read at any position, from header to header: no payload is read. The walk is as
 * strict as {@link SparseStreamReader} about all that it sees: headers, their order, what ends payloads, the sum of the data,
 * the trailer and where the stream ends. Where compressed payloads end is known from the trailer. Not safe for use by several
 * threads.
 */
public final class FrameWalk {

    /** For headers only: most of what is fetched with one is a payload that nobody wants. */
    private static final int BUFFER = 512;
    /** Of an expected reading: the end of a payload, a header, and those of some zero frames. */
    private static final int EXPECTED = 256;
    private static final int AFTER_PAYLOAD = 2;

    private final StreamAccess access;
    private final AccessSource source;
    private final FrameReader frames;
    /** Null in a plain stream. */
    private final TrailerReader trailer;
    private long payloadOffset;
    private long[] lengths = {};
    private boolean ended;
    private int expectedFrames;

    /**
     * Reads the metadata and, of a compressed stream, the end.
     *
     * @throws MalformedStreamException if the stream does not begin or end as it must
     */
    public FrameWalk(StreamAccess access, StreamLimits limits) throws IOException {
        this.access = access;
        this.source = new AccessSource(access, 0, access.size(), BUFFER);
        this.frames = new FrameReader(source, limits);
        this.trailer = frames.metadata().compressed() ? new TrailerReader(access, limits) : null;
    }

    /** What the stream says about itself. */
    public StreamMetadata metadata() {
        return frames.metadata();
    }

    /**
     * Goes to the next frame.
     *
     * @return a {@link DataFrame}, {@link ZeroFrame} or, once, at last, the {@link StopFrame}
     * @throws MalformedStreamException if the stream is not whole and undamaged, as far as its frames tell
     * @throws IllegalStateException    after the stop frame
     */
    public Frame next() throws IOException {
        if (ended) {
            throw new IllegalStateException("the stream is at its end");
        }
        Frame frame = frames.next();
        if (frame instanceof DataFrame) {
            payload(frame.length());
        } else if (frame instanceof StopFrame) {
            stop();
        }
        return frame;
    }

    private void payload(long length) throws IOException {
        payloadOffset = source.position();
        lengths = trailer == null ? new long[] {length} : trailer.next(length).lengths();
        for (long each : lengths) {
            source.skip(each, "data payload");
        }
        expect(length);
        source.requireCrLf("data payload");
    }

    /** Frames that follow each other are mostly of one length. */
    private void expect(long length) throws IOException {
        if (access.lookahead() == 0) {
            return;
        }
        if (expectedFrames > 0) {
            expectedFrames--;
            return;
        }
        long[] offsets = new long[access.lookahead()];
        long at = source.position();
        int count = 0;
        while (count < offsets.length && at < access.size()) {
            offsets[count++] = at;
            long next = trailer == null ? length : trailer.peek(count - 1);
            at = next < 0 ? access.size() : at + AFTER_PAYLOAD + FrameHeader.LENGTH + next;
        }
        access.expect(Arrays.copyOf(offsets, count), EXPECTED);
    }

    private void stop() throws IOException {
        ended = true;
        if (trailer == null) {
            source.requireEnd();
            return;
        }
        if (source.position() != trailer.start()) {
            throw new MalformedStreamException(source.position(), "expected the trailer behind the stop frame, found it at "
                    + trailer.start());
        }
        trailer.requireEnd();
    }

    /** Where in the stream the next frame begins. */
    public long position() {
        return source.position();
    }

    /** Where in the stream the payload of the data frame that was last returned begins. */
    public long payloadOffset() {
        return payloadOffset;
    }

    /**
     * The bytes of that payload in the stream: of a compressed one of 32 MiB or more, of each of its LZ4 frames, of all others
     * in one number.
     */
    public long[] payloadLengths() {
        return lengths;
    }
}
