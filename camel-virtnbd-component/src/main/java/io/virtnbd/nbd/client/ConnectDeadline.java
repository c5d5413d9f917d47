/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.Future;

/** Closes the channel of a connection that is not established in time, which ends whatever is blocked in it. */
final class ConnectDeadline implements AutoCloseable {

    private final Future<?> alarm;
    private Channel guarded;
    private boolean expired;
    private boolean met;

    ConnectDeadline(Duration timeout) {
        alarm = Watchdog.once(timeout.toNanos(), this::expire);
    }

    /** Guards this channel instead of the one before. */
    synchronized void guard(Channel channel) {
        guarded = channel;
        if (expired) {
            closeGuarded();
        }
    }

    private synchronized void expire() {
        if (!met) {
            expired = true;
            closeGuarded();
        }
    }

    /** Ends the guard; false if time was up before. */
    synchronized boolean meet() {
        met = true;
        alarm.cancel(false);
        return !expired;
    }

    synchronized boolean isExpired() {
        return expired;
    }

    @Override
    public void close() {
        meet();
    }

    private void closeGuarded() {
        try {
            if (guarded != null) {
                guarded.close();
            }
        } catch (IOException e) {
            // the blocked thread ends with its own exception either way
        }
    }
}
