/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.camel.Message;

/** Hands out messages as far as there is room for them. */
final class BoundedMessages implements Iterator<Message> {

    private final MessageSource source;
    private final InflightLimit limit;
    private InflightMessage previous;

    BoundedMessages(MessageSource source, InflightLimit limit) {
        this.source = source;
        this.limit = limit;
    }

    /** @throws UncheckedIOException if it cannot be told */
    @Override
    public boolean hasNext() {
        try {
            return source.hasNext();
        } catch (Error e) {
            throw failed(e);
        }
    }

    /**
     * Waits for room and makes the next message.
     *
     * @return null if the backup has failed or ended meanwhile
     * @throws UncheckedIOException if the thread is interrupted, or the message cannot be made
     */
    @Override
    public Message next() {
        if (previous != null && !previous.isCarried()) {
            // nobody will tell when it is delivered
            previous.forget();
        }
        previous = admit();
        if (previous == null) {
            return null;
        }
        PartMessage message = null;
        try {
            message = make();
            return message;
        } catch (Error e) {
            throw failed(e);
        } finally {
            if (message == null) {
                previous.forget();
            }
        }
    }

    /** At an error, as when the memory is full, the thread of a parallel splitter dies, and its split never ends. */
    private static UncheckedIOException failed(Error error) {
        return new UncheckedIOException(new IOException("the next message cannot be made: " + error, error));
    }

    /** A splitter that has stopped meanwhile cannot take a message any more, nor an exception. */
    private PartMessage make() {
        PartMessage message;
        try {
            message = (PartMessage) source.next();
        } catch (UncheckedIOException e) {
            if (limit.isCancelled()) {
                return null;
            }
            throw e;
        }
        if (limit.isCancelled()) {
            return null;
        }
        previous.shrink(message.contentLength().orElse(Long.MAX_VALUE));
        message.artifact().room(previous);
        return message;
    }

    private InflightMessage admit() {
        try {
            return limit.admit(source.nextSize());
        } catch (InterruptedIOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
