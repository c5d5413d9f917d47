/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.dataformat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.sparsestream.FrameHeader;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.spi.DataFormat;
import org.apache.camel.spi.DataFormatName;
import org.apache.camel.spi.annotations.Dataformat;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Compresses a segment or a frame of a sparse stream with LZ4 (marshal), and back (unmarshal). What goes in and what comes out
 * is held in memory: whole disks are compressed by the endpoint instead. Safe for use by several threads.
 */
@Dataformat("lz4")
public final class Lz4DataFormat extends ServiceSupport implements DataFormat, DataFormatName {

    private static final int MAX_LEVEL = 12;

    private int compressionLevel = 1;

    @Override
    public String getDataFormatName() {
        return "lz4";
    }

    /** The level as the lz4 tools have it, from 1 (fastest) to 12 (smallest). */
    public int getCompressionLevel() {
        return compressionLevel;
    }

    /** @param compressionLevel 1 to 12 */
    public void setCompressionLevel(int compressionLevel) {
        if (compressionLevel < 1 || compressionLevel > MAX_LEVEL) {
            throw new IllegalArgumentException("compressionLevel is " + compressionLevel + ", expected 1 to " + MAX_LEVEL);
        }
        this.compressionLevel = compressionLevel;
    }

    /** @throws MalformedStreamException if it is no plain segment or frame */
    @Override
    public void marshal(Exchange exchange, Object graph, OutputStream stream)
            throws IOException, NoTypeConversionAvailableException {
        byte[] bytes = exchange.getContext().getTypeConverter().mandatoryConvertTo(byte[].class, exchange, graph);
        byte[] compressed;
        if (EncodedFrames.isStream(bytes)) {
            StreamMetadata metadata = EncodedFrames.metadata(bytes);
            if (metadata.compressed()) {
                throw new MalformedStreamException(0, "expected a plain stream, found a compressed one");
            }
            compressed = recode(bytes, metadata.toBuilder().compressed(compressionLevel).build());
        } else {
            compressed = FrameCompression.compress(bytes, compressionLevel);
        }
        stream.write(compressed);
        exchange.getMessage().setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) compressed.length);
    }

    /**
     * @throws MalformedStreamException if it is no compressed segment or frame, is damaged, or says that it has more content than
     *                                  a segment can have
     */
    @Override
    public Object unmarshal(Exchange exchange, InputStream stream) throws IOException, InvalidPayloadException {
        byte[] bytes = stream.readAllBytes();
        byte[] plain = EncodedFrames.isStream(bytes) ? decompress(bytes) : FrameCompression.decompress(bytes);
        exchange.getMessage().setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) plain.length);
        return plain;
    }

    private static byte[] decompress(byte[] stream) throws IOException {
        StreamMetadata metadata = EncodedFrames.metadata(stream);
        if (metadata.dataSize() > DiskReadOptions.MAX_SEGMENT_SIZE) {
            throw new MalformedStreamException(FrameHeader.LENGTH, "expected a segment with a dataSize of at most "
                    + DiskReadOptions.MAX_SEGMENT_SIZE + " bytes, which fits in memory, found " + metadata.dataSize());
        }
        return recode(stream, metadata.toBuilder().plain().build());
    }

    private static byte[] recode(byte[] stream, StreamMetadata metadata) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream(stream.length);
        StreamRecoder.recode(stream, metadata, target);
        return target.toByteArray();
    }
}
