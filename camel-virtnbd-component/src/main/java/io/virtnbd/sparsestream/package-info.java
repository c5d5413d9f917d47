/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/**
 * The sparse stream format, version 1 and 2: an ASCII header of 40 bytes before every frame, metadata first, then the data and
 * zero frames of one disk in ascending order, then the stop frame and, in compressed streams, a trailer. Everything here works
 * front to back on sources and sinks that cannot seek, and holds no more than one LZ4 block and its 64 KiB of history, and of
 * compressed streams about three bytes for each data frame, for the trailer.
 *
 * <p>{@link io.virtnbd.sparsestream.SparseStreamReader} and {@link io.virtnbd.sparsestream.SparseStreamWriter} are the simple
 * way; {@link io.virtnbd.sparsestream.FrameHeader}, {@link io.virtnbd.sparsestream.Lz4FrameEncoder}, {@link
 * io.virtnbd.sparsestream.Lz4FrameDecoder} and {@link io.virtnbd.sparsestream.Trailer} are the same pieces for pipelines that
 * work on several threads.
 */
package io.virtnbd.sparsestream;
