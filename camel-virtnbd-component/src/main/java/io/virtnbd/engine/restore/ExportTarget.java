/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.nbd.client.ContextExtents;
import io.virtnbd.nbd.client.ExportInfo;
import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.BaseAllocation;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.sparsestream.FilePayload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A writable NBD export, written with several requests under way. */
final class ExportTarget implements RestoreTarget {

    /** Larger pieces were slower: they fall out of the processor's cache between the two sides. */
    private static final int PIECE = 256 << 10;
    private static final int BUFFERS = 32;
    /** A server that has to write the zeroes must be done with all that are under way before the connection counts as idle. */
    private static final long ZERO_PIECE = 32 << 20;
    /** More would only wait in memory. */
    private static final int ZERO_REQUESTS = 64;

    private final NbdClient client;
    private final String name;
    private final boolean blank;
    private final int pieceSize;
    private final BufferPool buffers;
    private final ByteBuffer zeroes;
    private final PendingWrites pending;

    private interface Request {
        CompletableFuture<Void> send() throws IOException;
    }

    /**
     * @param name  what is written to in the end, for messages
     * @param blank whether the export is known to read as zeroes everywhere
     * @throws RestoreException if the export cannot be written, is smaller than the disk, or has blocks that the disk does not
     *            fill
     */
    ExportTarget(String name, NbdUri uri, NbdClientOptions options, long size, boolean blank) throws IOException {
        this.client = NbdClient.connect(uri, options);
        this.name = name;
        try {
            requireFit(name, client.export(), size);
            this.blank = blank;
            this.pieceSize = Math.min(PIECE, client.export().blockSize().maximum());
            this.buffers = new BufferPool(BUFFERS, pieceSize, name);
            this.zeroes = ByteBuffer.allocateDirect(client.export().canWriteZeroes() ? 0 : pieceSize).asReadOnlyBuffer();
            this.pending = new PendingWrites(name);
        } catch (Throwable e) {
            Closing.after(e, client);
            throw e;
        }
    }

    private static void requireFit(String name, ExportInfo export, long size) throws RestoreException {
        if (export.readOnly()) {
            throw new RestoreException(name + " is read-only");
        }
        if (export.size() < size) {
            throw new RestoreException(name + " has " + export.size() + " bytes, expected at least the " + size
                    + " of the disk");
        }
        if (size % export.blockSize().minimum() != 0 && size != export.size()) {
            throw new RestoreException(name + " is written in blocks of " + export.blockSize().minimum()
                    + " bytes, expected a disk of whole blocks or one as large as the export's " + export.size()
                    + " bytes, found one of " + size);
        }
    }

    @Override
    public int pieceSize() {
        return pieceSize;
    }

    @Override
    public boolean isBlank() {
        return blank;
    }

    @Override
    public ByteBuffer acquire() throws IOException {
        pending.check();
        return buffers.acquire();
    }

    @Override
    public void release(ByteBuffer buffer) {
        buffers.release(buffer);
    }

    @Override
    public void write(long offset, ByteBuffer buffer) throws IOException {
        submit(() -> client.write(offset, buffer, 0), () -> buffers.release(buffer));
    }

    @Override
    public void write(long offset, FilePayload payload) throws IOException {
        for (long done = 0; done < payload.length();) {
            int piece = (int) Math.min(pieceSize, payload.length() - done);
            long at = done;
            submit(() -> client.write(offset + at, payload.channel(), payload.position() + at, piece, 0), () -> { });
            done += piece;
        }
    }

    @Override
    public void zero(long offset, long length) throws IOException {
        boolean supported = client.export().canWriteZeroes();
        for (long done = 0; done < length;) {
            long piece = Math.min(supported ? ZERO_PIECE : pieceSize, length - done);
            long at = offset + done;
            pending.await(ZERO_REQUESTS - 1);
            submit(supported ? () -> client.writeZeroes(at, piece, 0) : () -> client.write(at, zeroes.slice(0, (int) piece), 0),
                    () -> { });
            done += piece;
        }
    }

    /**
     * Sends a request that is counted until it has ended.
     *
     * @param afterwards run when it has ended, or was not sent
     */
    private void submit(Request request, Runnable afterwards) throws RestoreException {
        CompletableFuture<Void> sent = null;
        try {
            pending.check();
            sent = request.send();
        } catch (RestoreException e) {
            throw e;
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            // the client itself refuses what the export's block size, say, does not allow
            throw pending.failure(e);
        } finally {
            if (sent == null) {
                afterwards.run();
            }
        }
        pending.add(sent, afterwards);
    }

    @Override
    public void drain() throws IOException {
        pending.await(0);
    }

    @Override
    public void sync() throws IOException {
        if (client.export().canFlush()) {
            try {
                NbdClient.await(client.flush());
            } catch (IOException e) {
                throw pending.failure(e);
            }
        }
    }

    @Override
    public void read(long offset, ByteBuffer buffer) throws IOException {
        int block = client.export().blockSize().minimum();
        long start = offset - offset % block;
        long end = Math.min(roundUp(offset + buffer.remaining(), block), client.export().size());
        if (start == offset && end == offset + buffer.remaining()) {
            await(client.read(offset, buffer));
            return;
        }
        ByteBuffer blocks = ByteBuffer.allocateDirect((int) (end - start));
        await(client.read(start, blocks));
        int length = buffer.remaining();
        buffer.put(blocks.flip().slice((int) (offset - start), length));
    }

    private static long roundUp(long value, int block) {
        return (value + block - 1) / block * block;
    }

    private void await(CompletableFuture<Void> read) throws RestoreException {
        try {
            NbdClient.await(read);
        } catch (IOException e) {
            throw new RestoreException("cannot read what was written to " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public long zeroes(long offset, long length) throws IOException {
        int block = client.export().blockSize().minimum();
        long within = Math.min(length, NbdClient.MAX_EFFECT_LENGTH) / block * block;
        if (!client.export().metaContexts().equals(List.of(BaseAllocation.NAME)) || offset % block != 0 || within == 0) {
            return 0;
        }
        ContextExtents extents = NbdClient.await(client.blockStatus(offset, within)).contexts().get(0);
        long zeroes = 0;
        for (int i = 0; i < extents.count() && (extents.flags(i) & BaseAllocation.ZERO) != 0; i++) {
            zeroes += extents.length(i);
        }
        return Math.min(zeroes, within);
    }

    @Override
    public void complete() throws IOException {
        drain();
        sync();
        client.close();
    }

    @Override
    public void close() {
        client.close();
    }
}
