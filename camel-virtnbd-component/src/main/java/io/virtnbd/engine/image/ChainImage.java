/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.Chain;
import io.virtnbd.engine.Closing;
import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The content of a disk as a chain of streams gives it, readable at any position: what a restore of the chain would write. Only
 * the headers of the streams are read when it is opened, and only the frames that a reading needs when it is read. Files that
 * have changed since are an error. Safe for use by several threads.
 */
public final class ChainImage implements Closeable {

    private static final long MOST_LOOKAHEAD = 4 << 20;
    private static final long LEAST_LOOKAHEAD = 512 << 10;
    /** So many readers can be read ahead for before they push out what is there for another. */
    private static final int READERS = 16;

    private final String disk;
    private final StreamMetadata last;
    private final Layers layers;
    private final List<IndexedStream> streams;
    private final List<? extends Closeable> open;
    private final ImageCache cache;
    private final CompressedReader compressed;
    private final PlainReader plain;
    private final Prefetcher prefetcher;
    private final long lookahead;

    ChainImage(String disk, List<IndexedStream> streams, Layers layers, List<? extends Closeable> open, ImageOptions options) {
        this.disk = disk;
        this.last = streams.get(streams.size() - 1).member().metadata();
        this.streams = streams;
        this.layers = layers;
        this.open = open;
        long cacheBytes = Math.min(options.cacheBytes(), Runtime.getRuntime().maxMemory() / 2);
        this.cache = new ImageCache(cacheBytes);
        this.compressed = new CompressedReader(cache);
        this.plain = new PlainReader(cache);
        this.prefetcher = new Prefetcher(layers, this::read, options.threads());
        long most = Math.min(MOST_LOOKAHEAD, cacheBytes / READERS);
        this.lookahead = most < LEAST_LOOKAHEAD || streams.stream().noneMatch(Prefetcher::helps) ? 0 : most;
    }

    /**
     * Makes the index of a chain. The chain's files must not change until the image is closed.
     *
     * @param chain as a {@link io.virtnbd.chain.BackupDirectory} gives it
     * @throws io.virtnbd.chain.ChainException if a stream is not whole and undamaged, as far as its frames tell, has changed, or
     *                                         does not fit the others, or is in a store that cannot read parts of files
     */
    public static ChainImage open(Chain chain, ImageOptions options) throws IOException {
        return new ChainIndexer(chain, options).open();
    }

    /** Name of the disk. */
    public String disk() {
        return disk;
    }

    /** Bytes of the disk. */
    public long size() {
        return last.virtualSize();
    }

    /** Metadata of the last stream of the chain. */
    public StreamMetadata last() {
        return last;
    }

    /** Data and zero frames in all streams. */
    public long frames() {
        return streams.stream().mapToLong(stream -> stream.table().count()).sum();
    }

    /** Bytes of memory that the index takes. */
    public long indexBytes() {
        return streams.stream().mapToLong(stream -> stream.table().memory()).sum();
    }

    /** Bytes of memory that decoded content, and what makes it faster to get, take. */
    long cachedBytes() {
        return cache.used();
    }

    /**
     * Fills the buffer up to its limit.
     *
     * @param offset first byte of the disk
     * @throws IndexOutOfBoundsException if the range is not within the disk
     * @throws IOException               if a stream cannot be read, has changed, or is damaged there
     */
    public void read(long offset, ByteBuffer target) throws IOException {
        Objects.checkFromIndexSize(offset, target.remaining(), size());
        if (!target.hasRemaining()) {
            return;
        }
        layers.visit(offset, offset + target.remaining(), new Layers.Visitor() {
            @Override
            public boolean data(IndexedStream stream, FrameCursor frame, long start, long end) throws IOException {
                int length = (int) (end - start);
                readData(stream, frame, start, target.slice(target.position(), length));
                target.position(target.position() + length);
                return true;
            }

            @Override
            public boolean zero(long start, long end) {
                Zeroes.put(target, (int) (end - start));
                return true;
            }
        });
    }

    private void readData(IndexedStream stream, FrameCursor frame, long start, ByteBuffer target) throws IOException {
        if (stream.table().compressed()) {
            compressed.read(stream, frame, start, target);
        } else {
            plain.read(stream, frame, start, target);
        }
    }

    /**
     * How far ahead of where somebody reads it is worth to {@link #expect}, in bytes: a sixteenth of the cache, at most 4 MiB; 0
     * where it is not, as the cache is small or reading takes next to no time.
     */
    public long lookahead() {
        return lookahead;
    }

    /**
     * Says that a range is likely to be read soon, so that other threads, up to {@link ImageOptions#threads}, begin to. Returns at
     * once. What fails is left to whoever reads it.
     *
     * @throws IndexOutOfBoundsException if the range is not within the disk
     */
    public void expect(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, size());
        if (lookahead > 0 && length > 0) {
            prefetcher.expect(offset, length);
        }
    }

    /**
     * Reports what a range holds, {@link ExtentType#DATA} and {@link ExtentType#ZERO} in turn, in order and without gaps.
     *
     * @param length 0 or more
     * @throws IndexOutOfBoundsException if the range is not within the disk
     */
    public void extents(long offset, long length, Consumer<Extent> consumer) throws IOException {
        extentsWhile(offset, length, extent -> {
            consumer.accept(extent);
            return true;
        });
    }

    /** The same until the consumer does not want more. */
    public void extentsWhile(long offset, long length, Predicate<Extent> consumer) throws IOException {
        Objects.checkFromIndexSize(offset, length, size());
        if (length == 0) {
            return;
        }
        ExtentMerger merger = new ExtentMerger(offset, consumer);
        if (layers.visit(offset, offset + length, merger)) {
            merger.end();
        }
    }

    /** Closes the files of the chain. Readings that are going on fail. */
    @Override
    public void close() throws IOException {
        prefetcher.close();
        Closing.all(open);
    }

    /** Makes one extent of neighbours of one type. */
    private static final class ExtentMerger implements Layers.Visitor {

        private final Predicate<Extent> consumer;
        private ExtentType type;
        private long start;
        private long end;

        ExtentMerger(long start, Predicate<Extent> consumer) {
            this.consumer = consumer;
            this.start = start;
            this.end = start;
        }

        @Override
        public boolean data(IndexedStream stream, FrameCursor frame, long from, long to) {
            return add(ExtentType.DATA, to);
        }

        @Override
        public boolean zero(long from, long to) {
            return add(ExtentType.ZERO, to);
        }

        private boolean add(ExtentType next, long to) {
            boolean more = type == null || type == next || end();
            if (type != next) {
                start = end;
                type = next;
            }
            end = to;
            return more;
        }

        boolean end() {
            return consumer.test(new Extent(start, end - start, type));
        }
    }
}
