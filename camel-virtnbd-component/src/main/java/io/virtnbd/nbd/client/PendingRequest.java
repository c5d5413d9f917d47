/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.CommandType;
import io.virtnbd.nbd.protocol.ErrorChunk;
import io.virtnbd.nbd.protocol.NbdException;
import io.virtnbd.nbd.protocol.NbdProtocolException;
import io.virtnbd.nbd.protocol.NbdRequestException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A request from its submission to the end of its reply. The part that deals with the reply is confined to the thread that
 * receives replies.
 */
abstract sealed class PendingRequest<T> permits ReadRequest, StatusRequest, EffectRequest {

    private final int type;
    private final int flags;
    private final long offset;
    private final long length;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private long cookie;
    private long sentNanos;
    private int chunks;
    private ErrorChunk error;

    PendingRequest(int type, int flags, long offset, long length) {
        this.type = type;
        this.flags = flags;
        this.offset = offset;
        this.length = length;
    }

    final int type() {
        return type;
    }

    final int flags() {
        return flags;
    }

    final long offset() {
        return offset;
    }

    final long length() {
        return length;
    }

    final CompletableFuture<T> future() {
        return future;
    }

    final long cookie() {
        return cookie;
    }

    final long sentNanos() {
        return sentNanos;
    }

    /** Called when the request gets its place among those in flight, before it is sent. */
    final void admit(long newCookie, long now) {
        cookie = newCookie;
        sentNanos = now;
    }

    /** What follows the header, or null. */
    Payload payload() {
        return null;
    }

    /** Bytes of the payload. */
    final long payloadLength() {
        return payload() == null ? 0 : length;
    }

    /** More chunks than this are no reply but an attempt to keep the client busy for ever. */
    abstract long maxChunks();

    /**
     * Takes in the payload of a chunk that is neither NONE nor an error.
     *
     * @throws NbdProtocolException if the chunk is not valid in a reply to this request
     */
    abstract void content(int chunkType, long payloadLength, TransportInput input) throws IOException;

    /** Takes in what follows a simple reply without an error. */
    abstract void simpleContent(boolean structuredReplies, TransportInput input) throws IOException;

    /** What the future is completed with when the reply is over and had no error. */
    abstract T result() throws NbdProtocolException;

    final void countChunk() throws NbdProtocolException {
        if (++chunks > maxChunks()) {
            throw new NbdProtocolException("the reply to " + this + " has more than " + maxChunks() + " chunks");
        }
    }

    /** Notes an error; the first one is reported when the reply is over. */
    final void error(ErrorChunk chunk) throws NbdProtocolException {
        if (chunk.offset().isPresent()) {
            long at = chunk.offset().getAsLong();
            if (at < offset || at - offset >= length) {
                throw new NbdProtocolException("the reply to " + this + " has an error at offset "
                        + Long.toUnsignedString(at));
            }
        }
        if (error == null) {
            error = chunk;
        }
    }

    /** Checks that the reply is whole and completes the future; the last thing that is done with a request. */
    final void complete() throws NbdProtocolException {
        if (error == null) {
            future.complete(result());
        } else {
            String where = error.offset().isPresent() ? "at offset " + error.offset().getAsLong() : "";
            String separator = where.isEmpty() || error.message().isEmpty() ? "" : ": ";
            future.completeExceptionally(new NbdRequestException(toString(), error.errno(),
                    where + separator + error.message()));
        }
    }

    /** The error that the reply reported, or 0. */
    final int errno() {
        return error == null ? 0 : error.errno();
    }

    final void fail(NbdException cause) {
        future.completeExceptionally(cause);
    }

    final NbdProtocolException unexpected(String what) {
        return new NbdProtocolException("the reply to " + this + " has " + what);
    }

    /** For messages: {@code READ of 65536 bytes at 0}. */
    @Override
    public final String toString() {
        String name = CommandType.nameOf(type);
        return type == CommandType.FLUSH ? name : name + " of " + length + " bytes at " + offset;
    }
}
