/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameKind;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.Trailer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.function.Function;

/**
 * Frames one after the other as one stream, each taken when it is needed. Behind the stop frame of a compressed stream comes
 * the trailer, which is made from the frames. Does not check that the frames fit one another: reading the stream does.
 */
final class JoinedFrames extends InputStream {

    private final Iterator<?> frames;
    private final Function<Object, byte[]> bytesOf;
    private final Trailer trailer = new Trailer();
    private byte[] current = new byte[0];
    private int position;
    private boolean first = true;
    private boolean compressed;

    /** @param bytesOf gives the bytes of what the iterator gives */
    JoinedFrames(Iterator<?> frames, Function<Object, byte[]> bytesOf) {
        this.frames = frames;
        this.bytesOf = bytesOf;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (position == current.length) {
            if (!frames.hasNext()) {
                return -1;
            }
            current = next(bytesOf.apply(frames.next()));
            position = 0;
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, target, offset, count);
        position += count;
        return count;
    }

    private byte[] next(byte[] bytes) throws IOException {
        Frame frame = EncodedFrames.header(bytes);
        if (first) {
            first = false;
            compressed = frame.kind() == FrameKind.META && EncodedFrames.metadata(bytes).compressed();
        }
        if (compressed && frame.kind() == FrameKind.DATA) {
            if (frame.length() >= Trailer.CHUNKED_FROM) {
                throw new MalformedStreamException(0, "expected compressed data frames of less than " + Trailer.CHUNKED_FROM
                        + " bytes, found " + frame.length());
            }
            trailer.add(frame.length(), Math.max(1, EncodedFrames.payload(bytes).remaining()));
        }
        return compressed && frame.kind() == FrameKind.STOP ? withTrailer(bytes) : bytes;
    }

    private byte[] withTrailer(byte[] stop) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(stop);
        trailer.writeTo(bytes);
        return bytes.toByteArray();
    }
}
