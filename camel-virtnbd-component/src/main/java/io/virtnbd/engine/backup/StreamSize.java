/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.DataFrame;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameHeader;

/**
 * What the frames of a stream add up to, known from the extents alone.
 *
 * @param dataFrames number of data frames
 * @param zeroFrames number of zero frames
 * @param dataBytes  bytes of all data frames
 */
record StreamSize(long dataFrames, long zeroFrames, long dataBytes) {

    /** CR LF, which follows the metadata and each payload. */
    static final int CRLF_LENGTH = 2;

    static StreamSize of(FrameSource frames) {
        long dataFrames = 0;
        long zeroFrames = 0;
        long dataBytes = 0;
        for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
            if (frame instanceof DataFrame) {
                dataFrames++;
                dataBytes += frame.length();
            } else {
                zeroFrames++;
            }
        }
        return new StreamSize(dataFrames, zeroFrames, dataBytes);
    }

    /** The bytes of the whole stream when it is not compressed. */
    long plainLength(int metadataLength) {
        return FrameHeader.LENGTH + metadataLength + CRLF_LENGTH
                + dataFrames * (FrameHeader.LENGTH + CRLF_LENGTH) + dataBytes
                + zeroFrames * FrameHeader.LENGTH
                + FrameHeader.LENGTH;
    }
}
