/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the content of a backup's messages that are on their way at once. Who asks for a message waits here until there is
 * room for it, or nothing else is on its way.
 *
 * <p>Nobody waits for what cannot come to an end. A message whose delivery does not begin, because a splitter collects all
 * messages first, or because the thread that asks for the next one is the one that has to deliver it, is waited for a
 * second, and from then on such messages are not waited for at all. Messages of which nothing is read and none ends for
 * five minutes, as they got lost in a queue or wait for later ones, no longer count. Either way the bound is not held, which is
 * logged. Safe for use by several threads.
 */
final class InflightLimit {

    private static final Logger LOG = LoggerFactory.getLogger(InflightLimit.class);
    private static final Duration BEGIN_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(5);
    private static final long BEGIN_POLL_MILLIS = 5;
    private static final long STALL_POLL_MILLIS = 1000;

    private final String backup;
    private final long max;
    private final long beginNanos;
    private final long stallNanos;
    private final Set<InflightMessage> messages = new HashSet<>();
    private long bytes;
    private boolean collected;
    private boolean cancelled;
    private volatile boolean moved;

    /** @param max bytes; a single message may have more */
    InflightLimit(String backup, long max) {
        this(backup, max, BEGIN_TIMEOUT, STALL_TIMEOUT);
    }

    InflightLimit(String backup, long max, Duration beginTimeout, Duration stallTimeout) {
        this.backup = backup;
        this.max = max;
        this.beginNanos = beginTimeout.toNanos();
        this.stallNanos = stallTimeout.toNanos();
    }

    /**
     * Waits until a message may be made.
     *
     * @param size most bytes that it will have
     * @return null once {@link #cancel} was called
     * @throws InterruptedIOException if the thread is interrupted; it stays marked so
     */
    synchronized InflightMessage admit(long size) throws InterruptedIOException {
        long idle = 0;
        long still = 0;
        while (!cancelled && !fits(size)) {
            boolean begun = messages.stream().anyMatch(InflightMessage::isBegun);
            if (!begun && (collected || idle >= beginNanos)) {
                goUnbounded();
                break;
            }
            if (moved) {
                moved = false;
                still = 0;
            } else if (still >= stallNanos) {
                writeOff();
                continue;
            }
            long waited = await(begun ? STALL_POLL_MILLIS : BEGIN_POLL_MILLIS);
            idle = begun ? 0 : idle + waited;
            still += waited;
        }
        if (cancelled) {
            return null;
        }
        InflightMessage message = new InflightMessage(this, size);
        messages.add(message);
        bytes += size;
        return message;
    }

    private boolean fits(long size) {
        return size == 0 || bytes == 0 || size <= max - bytes;
    }

    private void goUnbounded() {
        if (!collected) {
            collected = true;
            LOG.warn("{}: {} messages with {} bytes are made and none is worked on, as in a split without streaming: waiting"
                    + " for such messages no longer, maxInflightSize is not held", backup, messages.size(), bytes);
        }
    }

    private void writeOff() {
        LOG.warn("{}: {} messages with {} bytes have come to a halt: waiting for room for the next one no longer,"
                + " maxInflightSize is not held", backup, messages.size(), bytes);
        List.copyOf(messages).forEach(InflightMessage::forget);
    }

    /**
     * @return nanoseconds that were waited, at most what was asked for: while all of the process stood still, for a garbage
     *         collection or with its machine, nobody could have done anything either
     */
    private long await(long millis) throws InterruptedIOException {
        long start = System.nanoTime();
        try {
            wait(millis);
            return Math.min(System.nanoTime() - start, TimeUnit.MILLISECONDS.toNanos(millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException(backup + ": interrupted while " + bytes
                    + " bytes are on their way").initCause(e);
        }
    }

    /** Nobody waits any more, and no message is made. */
    synchronized void cancel() {
        cancelled = true;
        notifyAll();
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Something of a message was read. */
    void moved() {
        moved = true;
    }

    synchronized void remove(InflightMessage message) {
        if (messages.remove(message)) {
            moved = true;
            shrunk(message, message.size());
        }
    }

    synchronized void shrunk(InflightMessage message, long by) {
        bytes -= by;
        notifyAll();
    }
}
