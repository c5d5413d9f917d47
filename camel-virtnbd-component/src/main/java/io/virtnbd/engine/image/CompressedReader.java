/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.sparsestream.Lz4Layout;
import io.virtnbd.sparsestream.Lz4UnitDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads compressed content. Independent blocks are decoded one unit at a time. For linked blocks, what stands before every few
 * units is kept, so that later readings begin there. Safe for use by several threads.
 */
final class CompressedReader {

    /** Decoded bytes between places that a decoding can begin at. */
    private static final int STRIDE = 2 << 20;
    /** How far blocks refer back. */
    private static final int REACH = 65_535;
    private static final int IDLE_DECODERS = 4;

    private final ImageCache cache;
    private final BlockingQueue<Lz4UnitDecoder> idle = new ArrayBlockingQueue<>(IDLE_DECODERS);

    CompressedReader(ImageCache cache) {
        this.cache = cache;
    }

    /** @param start on the disk, in that frame */
    void read(IndexedStream stream, FrameCursor frame, long start, ByteBuffer target) throws IOException {
        int limit = target.limit();
        for (long at = start; target.hasRemaining();) {
            FrameCursor.Piece piece = frame.piece(at);
            int within = (int) (at - piece.start());
            int count = Math.min(target.remaining(), piece.length() - within);
            target.limit(target.position() + count);
            readPiece(stream, piece, within, target);
            target.limit(limit);
            at += count;
        }
    }

    private void readPiece(IndexedStream stream, FrameCursor.Piece piece, int within, ByteBuffer target) throws IOException {
        // where each reading takes its time, there are none for single blocks
        Optional<Lz4Layout> layout = stream.access().lookahead() > 0 ? Optional.empty() : layout(stream, piece);
        if (layout.isPresent()) {
            readUnits(new Place(stream, piece, layout.get()), within, target);
        } else {
            cache.read(new PieceCache.Key(stream.number(), piece.offset(), 0), () -> new WholePiece(stream, piece), within, target);
        }
    }

    private Optional<Lz4Layout> layout(IndexedStream stream, FrameCursor.Piece piece) throws IOException {
        PieceCache.Key key = new PieceCache.Key(stream.number(), piece.offset(), 0);
        return ((PieceLayout) cache.aids().get(key, () -> new PieceLayout(stream, piece))).layout();
    }

    private void readUnits(Place place, int within, ByteBuffer target) throws IOException {
        int limit = target.limit();
        for (int at = within; target.hasRemaining();) {
            int unit = at / place.layout().unit();
            int inUnit = at % place.layout().unit();
            int count = Math.min(target.remaining(), place.layout().unitLength(unit) - inUnit);
            target.limit(target.position() + count);
            cache.read(place.key(unit), () -> unit(place, unit), inUnit, target);
            target.limit(limit);
            at += count;
        }
    }

    private Unit unit(Place place, int unit) {
        return new Unit(place.layout().unitLength(unit), cache.arrays(), content -> decode(place, unit, content));
    }

    private void decode(Place place, int unit, byte[] content) throws IOException {
        Lz4UnitDecoder decoder = idle.poll();
        if (decoder == null) {
            decoder = new Lz4UnitDecoder();
        }
        try {
            if (place.layout().linked()) {
                decodeLinked(decoder, place, unit, content);
            } else {
                decoder.decode(place.stream().access(), place.layout(), unit, null, unit, content, passed -> { });
            }
        } catch (IOException e) {
            throw new IOException(place.stream().member().file() + ": " + e.getMessage(), e);
        } finally {
            idle.offer(decoder);
        }
    }

    private void decodeLinked(Lz4UnitDecoder decoder, Place place, int unit, byte[] content) throws IOException {
        // what somebody decodes just now is waited for, in the order from later units to earlier ones
        byte[] before = before(place, unit);
        synchronized (place.layout()) {
            int stride = Math.max(1, STRIDE / place.layout().unit());
            byte[] history = before;
            int first = unit;
            if (history != null && unit % stride == 0) {
                keep(place, unit, history);
            }
            if (history == null) {
                for (first = unit / stride * stride; first > 0 && history == null;) {
                    history = kept(place, first);
                    first -= history == null ? stride : 0;
                }
            }
            decoder.decode(place.stream().access(), place.layout(), first, history, unit, content, next -> {
                if (next % stride == 0) {
                    keep(place, next, decoder.history());
                }
            });
        }
    }

    /** The end of the unit before, where that is there or on its way. */
    private byte[] before(Place place, int unit) {
        Content previous = unit == 0 ? null : cache.find(place.key(unit - 1));
        if (previous == null) {
            return null;
        }
        try {
            ByteBuffer end = ByteBuffer.allocate(REACH);
            previous.read(previous.weight() - REACH, end);
            return end.array();
        } catch (IOException e) {
            // whoever reads that unit finds the same; what is kept may be a way around it
            return null;
        } finally {
            previous.release();
        }
    }

    private byte[] kept(Place place, int unit) {
        return cache.aids().find(place.key(unit)) instanceof History found ? found.bytes() : null;
    }

    private void keep(Place place, int unit, byte[] history) {
        cache.aids().get(place.key(unit), () -> new History(history));
    }

    private record Place(IndexedStream stream, FrameCursor.Piece piece, Lz4Layout layout) {

        PieceCache.Key key(int unit) {
            return new PieceCache.Key(stream.number(), piece.offset(), unit);
        }
    }
}
