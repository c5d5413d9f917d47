/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.camel.header.FrameHeaders;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.MetaFrame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/**
 * The frames of a stream as messages, each read when it is asked for. Data frames are handed out plain, and long ones in
 * several pieces, so that memory is bounded. The stop frame comes only when the whole stream was found undamaged; a damage ends
 * the iteration with an {@link UncheckedIOException}. For one thread at a time.
 */
final class FrameMessages implements Iterator<Message>, Closeable {

    private final SparseStreamReader reader;
    private final CamelContext context;
    private final Map<String, Object> headers;
    private final int maxDataLength;
    private boolean begun;
    private boolean ended;
    private Frame data;
    private long taken;

    FrameMessages(SparseStreamReader reader, CamelContext context, Map<String, Object> inherited, int maxDataLength) {
        this.reader = reader;
        this.context = context;
        this.headers = new HashMap<>(inherited);
        this.maxDataLength = maxDataLength;
        StreamMetadata metadata = reader.metadata();
        headers.put(VirtNbdConstants.DISK, metadata.diskName());
        headers.put(VirtNbdConstants.CHECKPOINT, metadata.checkpointName());
        headers.put(VirtNbdConstants.PARENT_CHECKPOINT, metadata.parentCheckpoint());
        headers.put(VirtNbdConstants.VIRTUAL_SIZE, metadata.virtualSize());
        headers.put(VirtNbdConstants.DATA_SIZE, metadata.dataSize());
        headers.put(VirtNbdConstants.ARTIFACT, "frame");
    }

    @Override
    public boolean hasNext() {
        return !ended;
    }

    @Override
    public Message next() {
        if (ended) {
            throw new NoSuchElementException("the stream is at its end");
        }
        try {
            return read();
        } catch (IOException e) {
            ended = true;
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private Message read() throws IOException {
        if (!begun) {
            begun = true;
            byte[] meta = EncodedFrames.of(reader.metadata().toBuilder().plain().build());
            return message(new MetaFrame(meta.length - EncodedFrames.FRAMING), meta);
        }
        if (data != null) {
            return piece();
        }
        Frame frame = reader.next();
        if (frame instanceof DataFrame) {
            data = frame;
            taken = 0;
            return piece();
        }
        if (frame instanceof StopFrame) {
            ended = true;
            reader.close();
        }
        return message(frame, EncodedFrames.of(frame));
    }

    private Message piece() throws IOException {
        int length = (int) Math.min(maxDataLength, data.length() - taken);
        ByteBuffer payload = ByteBuffer.allocate(length);
        while (payload.hasRemaining()) {
            reader.readPayload(payload);
        }
        Frame frame = new DataFrame(data.start() + taken, length);
        taken += length;
        if (taken == data.length()) {
            data = null;
        }
        return message(frame, EncodedFrames.of(frame, payload.flip()));
    }

    private Message message(Frame frame, byte[] bytes) {
        Message message = new DefaultMessage(context);
        message.setHeaders(new HashMap<>(headers));
        FrameHeaders.set(message, frame);
        message.setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) bytes.length);
        message.setBody(bytes);
        return message;
    }

    @Override
    public void close() throws IOException {
        ended = true;
        reader.close();
    }
}
