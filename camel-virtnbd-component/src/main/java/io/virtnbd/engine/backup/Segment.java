/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.ReopenableStream;

/**
 * A part of a disk as a small stream of its own.
 *
 * @param index    from 0
 * @param count    segments of the whole disk
 * @param dataSize bytes of the data frames, uncompressed
 * @param stream   the segment's stream, whose length is known; a compressed one is in memory
 */
public record Segment(int index, int count, long dataSize, ReopenableStream stream) {
}
