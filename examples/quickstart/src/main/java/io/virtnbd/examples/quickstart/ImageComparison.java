/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.ExampleException;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * Compares an export with a raw image. Every byte of both is read: what servers and file systems say about holes is not
 * believed.
 */
final class ImageComparison {

    private static final int PIECE = 1 << 20;
    private static final int READS_AHEAD = 4;

    private record Piece(long offset, ByteBuffer buffer, CompletableFuture<Void> read) {
    }

    private final NbdClient client;
    private final FileChannel image;
    private final long size;
    private final int pieceSize;
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private final ByteBuffer restored;

    private ImageComparison(NbdClient client, FileChannel image) {
        this.client = client;
        this.image = image;
        this.size = client.export().size();
        this.pieceSize = Math.min(PIECE, client.export().blockSize().maximum());
        this.restored = ByteBuffer.allocateDirect(pieceSize);
        for (int i = 0; i < READS_AHEAD; i++) {
            free.add(ByteBuffer.allocateDirect(pieceSize));
        }
    }

    /**
     * @return how many bytes were compared, all of the disk
     * @throws ExampleException if the two differ, with where
     */
    static long compare(String nbdUri, Path path, ProgressBar progress) throws IOException, ExampleException {
        try (NbdClient client = NbdClient.connect(NbdUri.parse(nbdUri), NbdClientOptions.defaults());
                FileChannel image = FileChannel.open(path, StandardOpenOption.READ)) {
            return new ImageComparison(client, image).run(progress);
        }
    }

    private long run(ProgressBar progress) throws IOException, ExampleException {
        if (image.size() != size) {
            throw new ExampleException("the restored image has " + image.size() + " bytes, the source " + size);
        }
        Deque<Piece> reads = new ArrayDeque<>();
        long next = 0;
        for (long compared = 0; compared < size;) {
            while (next < size && !free.isEmpty()) {
                ByteBuffer buffer = free.remove().clear().limit((int) Math.min(pieceSize, size - next));
                reads.add(new Piece(next, buffer, client.read(next, buffer)));
                next += buffer.limit();
            }
            Piece piece = reads.remove();
            NbdClient.await(piece.read());
            compare(piece);
            free.add(piece.buffer());
            compared += piece.buffer().limit();
            progress.progress("", compared, size);
        }
        return size;
    }

    private void compare(Piece piece) throws IOException, ExampleException {
        ByteBuffer source = piece.buffer().flip();
        restored.clear().limit(source.limit());
        while (restored.hasRemaining()) {
            if (image.read(restored, piece.offset() + restored.position()) < 0) {
                throw new EOFException("the restored image became shorter than " + size + " bytes while it was read");
            }
        }
        int difference = source.mismatch(restored.flip());
        if (difference >= 0) {
            throw new ExampleException(String.format("byte %d differs: 0x%02x in the source, 0x%02x in the restored image",
                    piece.offset() + difference, source.get(difference), restored.get(difference)));
        }
    }
}
