/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import java.io.IOException;
import java.util.List;

/** All backups of a chain, and which of them has a byte of the disk: the newest that says something about it. Immutable. */
final class Layers {

    private final List<Layer> layers;

    /** @param layers oldest first */
    Layers(List<Layer> layers) {
        this.layers = List.copyOf(layers);
    }

    /** Takes ranges of the disk, in order and without a gap. Each returns whether more is wanted. */
    interface Visitor {

        /** Of a data frame, at which the cursor stands. */
        boolean data(IndexedStream stream, FrameCursor frame, long start, long end) throws IOException;

        /** Reads as zeroes. */
        boolean zero(long start, long end) throws IOException;
    }

    /** @return whether the visitor wanted all */
    boolean visit(long start, long end, Visitor visitor) throws IOException {
        return visit(layers.size() - 1, start, end, visitor);
    }

    private boolean visit(int top, long start, long end, Visitor visitor) throws IOException {
        // down to the first that has something there
        for (int number = top; number >= 0; number--) {
            Layer layer = layers.get(number);
            int stream = layer.find(start);
            if (stream < layer.streams()) {
                FrameCursor frame = layer.stream(stream).table().from(start);
                if (frame.start() < end) {
                    return visit(number, stream, frame, start, end, visitor);
                }
            }
        }
        return visitor.zero(start, end);
    }

    private boolean visit(int number, int first, FrameCursor firstFrame, long start, long end, Visitor visitor)
            throws IOException {
        Layer layer = layers.get(number);
        int stream = first;
        FrameCursor frame = firstFrame;
        long at = start;
        while (at < end) {
            if (!frame.isValid()) {
                stream++;
                if (stream == layer.streams()) {
                    break;
                }
                frame = layer.stream(stream).table().from(0);
                continue;
            }
            if (frame.start() >= end) {
                break;
            }
            if (at < frame.start() && !visit(number - 1, at, frame.start(), visitor)) {
                return false;
            }
            at = Math.max(at, frame.start());
            long stop = Math.min(end, frame.end());
            if (!(frame.isZero() ? visitor.zero(at, stop) : visitor.data(layer.stream(stream), frame, at, stop))) {
                return false;
            }
            at = stop;
            if (at < end) {
                frame.next();
            }
        }
        return at >= end || visit(number - 1, at, end, visitor);
    }
}
