/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.TrailerFrame;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Whether a file ends as a whole stream does: with a stop frame, behind which a compressed one has its trailer. */
public final class StreamEnd {

    private static final String LAST_OF_TRAILER = "]\r\n";

    private StreamEnd() {
    }

    /**
     * Reads two frame headers at most, and the first and last bytes of the trailer.
     *
     * @param file       in a store that is seekable
     * @param compressed whether there is a trailer
     * @throws MalformedStreamException if the file does not end as a stream
     * @throws IOException              if it cannot be read
     */
    public static void check(StoredFile file, boolean compressed) throws IOException {
        long stop = file.bytes() - FrameHeader.LENGTH;
        if (compressed) {
            long end = stop - LAST_OF_TRAILER.length();
            ByteBuffer bytes = read(file, end, LAST_OF_TRAILER.length() + FrameHeader.LENGTH);
            require(bytes, LAST_OF_TRAILER, end);
            Frame trailer = FrameHeader.decode(bytes, stop);
            if (!(trailer instanceof TrailerFrame) || trailer.length() > stop) {
                throw unexpected(stop, "a comp frame", trailer);
            }
            stop -= 2 + trailer.length() + FrameHeader.LENGTH;
        }
        ByteBuffer bytes = read(file, stop, FrameHeader.LENGTH + (compressed ? 1 : 0));
        Frame last = FrameHeader.decode(bytes, stop);
        if (!(last instanceof StopFrame)) {
            throw unexpected(stop, "a stop frame", last);
        }
        if (compressed) {
            require(bytes, "[", stop + FrameHeader.LENGTH);
        }
    }

    private static void require(ByteBuffer bytes, String expected, long offset) throws MalformedStreamException {
        for (int i = 0; i < expected.length(); i++) {
            if (bytes.get() != expected.charAt(i)) {
                throw new MalformedStreamException(offset + i, "trailer: expected it to begin with '[' and to end with ']' and a"
                        + " line end, found something else");
            }
        }
    }

    private static MalformedStreamException unexpected(long offset, String expected, Frame found) {
        return new MalformedStreamException(offset, "expected " + expected + " at the end of the stream, found a "
                + found.kind().tag() + " frame");
    }

    private static ByteBuffer read(StoredFile file, long offset, int count) throws IOException {
        if (offset < 0) {
            throw new MalformedStreamException(0, "expected a stop frame at the end of the stream, found " + file.bytes()
                    + " bytes in all");
        }
        ByteBuffer bytes = ByteBuffer.allocate(count);
        file.read(offset, bytes);
        return bytes.flip();
    }
}
