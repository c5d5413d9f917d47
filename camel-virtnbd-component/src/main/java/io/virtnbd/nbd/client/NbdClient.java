/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.CommandFlags;
import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A client of one export, over one connection or several. Safe for use by several threads.
 *
 * <p>Requests are pipelined: each method returns at once with a future, up to {@link NbdClientOptions#pipelineDepth} requests
 * of a connection are in flight, and more wait in order until replies make room. Futures are completed by the thread that
 * receives replies; what runs there must not block, and may submit further requests, except writes with a payload. A future
 * fails with {@link io.virtnbd.nbd.protocol.NbdRequestException} when the server reported an error for that request alone, or
 * with {@link io.virtnbd.nbd.protocol.NbdProtocolException} when the connection has become unusable; then all open requests
 * fail, and so does every later one. To cancel a future does not take its request back: the target of a read may still be
 * written to.
 *
 * <p>What a server could only refuse is refused before anything is sent, by an exception of the method itself:
 * {@link IllegalArgumentException} for ranges that are empty, too long, out of the export or not aligned to the minimum block
 * size (a range may end unaligned where the export ends) and for flags that the command does not have;
 * {@link UnsupportedOperationException} for what the server does not offer.
 *
 * <p>A thread that is interrupted while it sends cuts the connection, as closing on interrupt is what channels do.
 */
public final class NbdClient implements Closeable {

    /** Longest range of WRITE_ZEROES, TRIM and BLOCK_STATUS, in bytes: what fits 32 bits and every block size. */
    public static final long MAX_EFFECT_LENGTH = (1L << 32) - BlockSize.LARGEST_MINIMUM;

    private final Connections connections;
    private final NbdClientOptions options;
    private final ExportInfo export;
    private final RequestRules rules;

    private NbdClient(Connections connections, NbdClientOptions options) {
        this.connections = connections;
        this.options = options;
        this.export = connections.export();
        this.rules = new RequestRules(export);
    }

    /**
     * Connects and negotiates.
     *
     * @throws NbdNegotiationException if that fails, with the reason; nothing is left open
     */
    public static NbdClient connect(NbdUri uri, NbdClientOptions options) throws NbdException {
        return new NbdClient(Connections.open(uri, options), options);
    }

    /** What was negotiated. */
    public ExportInfo export() {
        return export;
    }

    /** Whether every connection is usable. Once false, it stays so. */
    public boolean isOpen() {
        return connections.areOpen();
    }

    /**
     * Reads into all that remains in the target, which must not be used until the future is complete. On success the target's
     * position is then its limit; on failure position is unchanged and the content undefined.
     *
     * @param offset in bytes
     * @param target 1 byte to {@link BlockSize#maximum} bytes; direct buffers are filled without a copy
     */
    public CompletableFuture<Void> read(long offset, ByteBuffer target) {
        rules.checkPayload("READ", offset, target.remaining());
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("READ into a read-only buffer");
        }
        return connections.leastBusy().submit(new ReadRequest(offset, target));
    }

    /**
     * Writes all that remains in the source, and blocks until it was handed to the socket; the source's position is not moved
     * and it can be used again when the method returns.
     *
     * @param offset in bytes
     * @param source 1 byte to {@link BlockSize#maximum} bytes
     * @param flags  {@link CommandFlags#FUA} or 0
     * @throws InterruptedIOException if the thread is interrupted while it waits for its turn; nothing was written
     * @throws IllegalStateException  if called by a thread that receives replies
     */
    public CompletableFuture<Void> write(long offset, ByteBuffer source, int flags) throws InterruptedIOException {
        checkWrite(offset, source.remaining(), flags);
        return writePayload(offset, source.remaining(), flags, new Payload.OfBuffer(source));
    }

    /**
     * Writes a piece of a file, without copying it through this process where the connection is not encrypted, and blocks until
     * it was handed to the socket. A file that turns out to be shorter cuts the connection, as the server is owed the bytes.
     *
     * @param offset   where to, in bytes
     * @param source   the file
     * @param position where the piece begins in the file, in bytes
     * @param length   1 byte to {@link BlockSize#maximum} bytes
     * @param flags    {@link CommandFlags#FUA} or 0
     * @throws IOException           if the file's size cannot be found out; nothing was written
     * @throws IllegalStateException if called by a thread that receives replies
     */
    public CompletableFuture<Void> write(long offset, FileChannel source, long position, int length, int flags)
            throws IOException {
        checkWrite(offset, length, flags);
        if (position < 0 || length > source.size() - position) {
            throw new IllegalArgumentException("WRITE of " + length + " bytes from " + position + " of a file of "
                    + source.size() + " bytes");
        }
        return writePayload(offset, length, flags, new Payload.OfFile(source, position, length));
    }

    private void checkWrite(long offset, int length, int flags) {
        if (ReaderThread.isCurrent()) {
            throw new IllegalStateException("WRITE would block the thread that receives replies");
        }
        rules.checkWritable("WRITE");
        rules.checkPayload("WRITE", offset, length);
        rules.checkFlags("WRITE", flags, CommandFlags.FUA);
    }

    private CompletableFuture<Void> writePayload(long offset, int length, int flags, Payload payload)
            throws InterruptedIOException {
        return connections.leastBusy().submitPayload(new EffectRequest(CommandType.WRITE, flags, offset, length, payload));
    }

    /**
     * Makes a range read as zeroes.
     *
     * @param length 1 to {@link #MAX_EFFECT_LENGTH} bytes
     * @param flags  a sum of {@link CommandFlags#FUA}, {@link CommandFlags#NO_HOLE} and {@link CommandFlags#FAST_ZERO}
     */
    public CompletableFuture<Void> writeZeroes(long offset, long length, int flags) {
        rules.checkWritable("WRITE_ZEROES");
        rules.checkOffered("WRITE_ZEROES", export.canWriteZeroes());
        rules.checkFlags("WRITE_ZEROES", flags, CommandFlags.FUA | CommandFlags.NO_HOLE | CommandFlags.FAST_ZERO);
        return submitEffect(CommandType.WRITE_ZEROES, flags, offset, length);
    }

    /**
     * Tells the server that a range is not needed any more; what it then holds is undefined.
     *
     * @param length 1 to {@link #MAX_EFFECT_LENGTH} bytes
     * @param flags  {@link CommandFlags#FUA} or 0
     */
    public CompletableFuture<Void> trim(long offset, long length, int flags) {
        rules.checkWritable("TRIM");
        rules.checkOffered("TRIM", export.canTrim());
        rules.checkFlags("TRIM", flags, CommandFlags.FUA);
        return submitEffect(CommandType.TRIM, flags, offset, length);
    }

    private CompletableFuture<Void> submitEffect(int type, int flags, long offset, long length) {
        rules.checkRange(CommandType.nameOf(type), offset, length, MAX_EFFECT_LENGTH);
        return connections.leastBusy().submit(new EffectRequest(type, flags, offset, length));
    }

    /** Makes all writes whose futures are complete permanent, whichever connection they went over. */
    public CompletableFuture<Void> flush() {
        rules.checkOffered("FLUSH", export.canFlush());
        return connections.leastBusy().submit(new EffectRequest(CommandType.FLUSH, 0, 0, 0));
    }

    /**
     * Asks for the extents of a range in every negotiated meta context. The reply covers as much of it as the server likes, at
     * least the beginning, and may cover more.
     *
     * @param length 1 to {@link #MAX_EFFECT_LENGTH} bytes
     */
    public CompletableFuture<BlockStatus> blockStatus(long offset, long length) {
        rules.checkOffered("meta contexts " + options.metaContexts(), !export.metaContexts().isEmpty());
        rules.checkRange("BLOCK_STATUS", offset, length, MAX_EFFECT_LENGTH);
        Connection connection = connections.leastBusy();
        return connection.submit(new StatusRequest(offset, length, connection.contexts(), export.size(),
                options.maxStatusExtents()));
    }

    /**
     * Waits for a future of a client.
     *
     * @throws NbdException           as the future failed
     * @throws InterruptedIOException if the thread is interrupted; it stays marked so
     * @throws IllegalStateException  if called by a thread that receives replies, which would wait for itself
     */
    public static <T> T await(CompletableFuture<T> future) throws IOException {
        if (ReaderThread.isCurrent() && !future.isDone()) {
            throw new IllegalStateException("a thread that receives replies cannot wait for one");
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a reply");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        }
    }

    /** Ends all connections (DISC). Open requests fail; wait for them first if they matter. Has no effect twice. */
    @Override
    public void close() {
        connections.close();
    }
}
