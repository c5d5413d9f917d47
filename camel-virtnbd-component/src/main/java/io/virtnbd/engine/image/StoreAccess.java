/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.ChainException;
import io.virtnbd.sparsestream.StreamAccess;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * A stream in a store, where each reading is a request: what is expected to be read is requested side by side. Safe for use by
 * several threads.
 */
final class StoreAccess implements StreamAccess {

    /** Requests that are made at once for one stream. */
    static final int LOOKAHEAD = 16;

    private static final int PIECE = 4 << 20;

    private final StoredFile file;
    private final ExecutorService threads;
    /** What was expected last, by its offset. */
    private final TreeMap<Long, ByteBuffer> fetched = new TreeMap<>();

    /**
     * @param threads for requests; not those that wait for them
     * @throws ChainException if parts of the file cannot be read
     */
    StoreAccess(StoredFile file, ExecutorService threads) throws ChainException {
        this.file = file;
        this.threads = threads;
        if (!file.store().seekable()) {
            throw new ChainException(file + ": expected a store that reads parts of files, found one that reads them"
                    + " from their start only");
        }
    }

    @Override
    public long size() {
        return file.bytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        if (!readFetched(offset, target)) {
            file.read(offset, target);
        }
    }

    private synchronized boolean readFetched(long offset, ByteBuffer target) {
        Map.Entry<Long, ByteBuffer> entry = fetched.floorEntry(offset);
        if (entry == null) {
            return false;
        }
        ByteBuffer bytes = entry.getValue();
        long within = offset - entry.getKey();
        if (within > bytes.limit() - target.remaining()) {
            return false;
        }
        int count = target.remaining();
        target.put(target.position(), bytes, (int) within, count);
        target.position(target.position() + count);
        return true;
    }

    @Override
    public void expect(long[] offsets, int length) throws IOException {
        List<Future<ByteBuffer>> requests = new ArrayList<>();
        for (long offset : offsets) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(length, size() - offset));
            requests.add(threads.submit(() -> {
                file.read(offset, bytes);
                return bytes.flip();
            }));
        }
        TreeMap<Long, ByteBuffer> answers = new TreeMap<>();
        for (int i = 0; i < offsets.length; i++) {
            answers.put(offsets[i], Futures.get(requests.get(i)));
        }
        synchronized (this) {
            fetched.clear();
            fetched.putAll(answers);
        }
    }

    @Override
    public int lookahead() {
        return LOOKAHEAD;
    }

    @Override
    public int pieceSize() {
        return PIECE;
    }
}
