/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/**
 * What a stream was found to hold, read to its end.
 *
 * @param metadata    what the stream says of itself
 * @param streamBytes bytes of the stream
 * @param dataFrames  number of data frames
 * @param zeroFrames  number of zero frames
 * @param dataBytes   bytes of all data frames, uncompressed
 * @param zeroBytes   bytes of all zero frames
 * @param checksummed whether all content was compared with checksums in the stream
 */
public record StreamContent(StreamMetadata metadata, long streamBytes, long dataFrames, long zeroFrames, long dataBytes,
                            long zeroBytes, boolean checksummed) {
}
