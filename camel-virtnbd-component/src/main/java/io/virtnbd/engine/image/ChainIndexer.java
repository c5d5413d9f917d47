/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.engine.Closing;
import io.virtnbd.sparsestream.StreamAccess;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Makes the index of a chain, several streams at a time. */
final class ChainIndexer {

    /** Of more, each is opened for each reading. */
    private static final int MOST_OPEN_FILES = 256;

    private final Chain chain;
    private final ImageOptions options;
    private final List<Closeable> open = new ArrayList<>();

    ChainIndexer(Chain chain, ImageOptions options) {
        this.chain = chain;
        this.options = options;
    }

    ChainImage open() throws IOException {
        ExecutorService threads = threads(options.threads());
        ExecutorService requests = threads(StoreAccess.LOOKAHEAD);
        try {
            List<Future<IndexedStream>> futures = new ArrayList<>();
            for (ChainMember member : chain.members()) {
                int number = futures.size();
                StreamAccess access = access(member, requests);
                futures.add(threads.submit(() -> IndexedStream.index(number, member, access)));
            }
            List<IndexedStream> streams = new ArrayList<>();
            for (Future<IndexedStream> future : futures) {
                streams.add(Futures.get(future));
            }
            return new ChainImage(chain.disk(), streams, new Layers(layers(streams)), open, options);
        } catch (Throwable e) {
            Closing.after(e, open.toArray(Closeable[]::new));
            throw e;
        } finally {
            threads.shutdownNow();
            requests.shutdownNow();
        }
    }

    private static ExecutorService threads(int count) {
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "virtnbd-image");
            thread.setDaemon(true);
            return thread;
        });
    }

    private StreamAccess access(ChainMember member, ExecutorService requests) throws IOException {
        Optional<Path> path = member.file().path();
        if (path.isPresent()) {
            FileAccess access = new FileAccess(path.get(), chain.members().size() <= MOST_OPEN_FILES);
            open.add(access);
            return access;
        }
        return new StoreAccess(member.file(), requests);
    }

    private static List<Layer> layers(List<IndexedStream> streams) throws ChainException {
        List<Layer> layers = new ArrayList<>();
        long size = 0;
        String disk = streams.get(0).member().metadata().diskName();
        for (IndexedStream stream : streams) {
            if (!stream.member().metadata().diskName().equals(disk)) {
                throw new ChainException(stream.member().file() + ": expected disk " + disk + ", found "
                        + stream.member().metadata().diskName());
            }
        }
        for (int first = 0; first < streams.size();) {
            StreamMetadata metadata = streams.get(first).member().metadata();
            int count = metadata.segmentCount().orElse(1);
            if (metadata.segmentIndex().orElse(0) != 0 || count > streams.size() - first
                    || metadata.incremental() == (first == 0) || metadata.virtualSize() < size) {
                throw new ChainException(streams.get(first).member().file() + ": expected a full or a copy with all its segments,"
                        + " then increments of a disk that does not shrink, found " + metadata);
            }
            layers.add(new Layer(streams.subList(first, first + count)));
            size = metadata.virtualSize();
            first += count;
        }
        return layers;
    }
}
