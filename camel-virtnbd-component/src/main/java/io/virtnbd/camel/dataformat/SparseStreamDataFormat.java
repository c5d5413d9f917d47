/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.camel.delivery.ArtifactBody;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.backup.EncodedFrame;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StopFrame;
import io.virtnbd.sparsestream.StreamLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.DataFormat;
import org.apache.camel.spi.DataFormatName;
import org.apache.camel.spi.annotations.Dataformat;
import org.apache.camel.support.ObjectHelper;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.util.IOHelper;

/**
 * Joins the frames in a body to a stream (marshal), and splits a stream into its frames (unmarshal), lazily, as messages to be
 * split. Frames are byte arrays, or messages or exchanges with such bodies. Safe for use by several threads.
 */
@Dataformat("sparseStream")
public final class SparseStreamDataFormat extends ServiceSupport implements DataFormat, DataFormatName {

    private static final int DEFAULT_FRAME_SIZE = 16 << 20;

    private int maxFrameSize = DEFAULT_FRAME_SIZE;

    @Override
    public String getDataFormatName() {
        return "sparseStream";
    }

    /** Most bytes in a data frame that unmarshal hands out; longer ones are cut. */
    public int getMaxFrameSize() {
        return maxFrameSize;
    }

    /** @param maxFrameSize in bytes, 1 to less than 32 MiB */
    public void setMaxFrameSize(int maxFrameSize) {
        if (maxFrameSize < 1 || maxFrameSize >= 32 << 20) {
            throw new IllegalArgumentException("maxFrameSize is " + maxFrameSize + ", expected 1 to less than " + (32 << 20));
        }
        this.maxFrameSize = maxFrameSize;
    }

    /**
     * Writes the stream, and checks it as a reader does.
     *
     * @throws io.virtnbd.sparsestream.MalformedStreamException if the frames do not make a whole stream
     */
    @Override
    public void marshal(Exchange exchange, Object graph, OutputStream stream) throws IOException {
        Iterator<?> frames = graph instanceof byte[] single ? List.of(single).iterator()
                : ObjectHelper.createIterator(graph, null);
        CopyingInputStream joined = new CopyingInputStream(new JoinedFrames(frames, SparseStreamDataFormat::bytes), stream);
        try (SparseStreamReader reader = SparseStreamReader.open(joined, StreamLimits.DEFAULT)) {
            while (!(reader.next() instanceof StopFrame)) {
                continue;
            }
        }
        exchange.getMessage().setHeader(VirtNbdConstants.CONTENT_LENGTH, joined.count());
    }

    private static byte[] bytes(Object frame) {
        if (frame instanceof Exchange exchange) {
            return bytes(exchange.getMessage());
        }
        if (frame instanceof EncodedFrame encoded) {
            return encoded.bytes();
        }
        if (frame instanceof byte[] bytes) {
            return bytes;
        }
        if (frame instanceof Message message && !(message.getBody() instanceof ArtifactBody)) {
            byte[] bytes = message.getBody(byte[].class);
            if (bytes != null) {
                return bytes;
            }
        }
        throw new IllegalArgumentException("a frame is " + (frame == null ? "null" : "a " + frame.getClass().getName())
                + ", expected bytes, or a message or exchange with bytes");
    }

    @Override
    public Object unmarshal(Exchange exchange, InputStream stream) throws IOException {
        SparseStreamReader reader = SparseStreamReader.open(stream, StreamLimits.DEFAULT);
        FrameMessages frames = new FrameMessages(reader, exchange.getContext(), exchange.getMessage().getHeaders(),
                maxFrameSize);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                IOHelper.close(frames);
            }
        });
        return frames;
    }
}
