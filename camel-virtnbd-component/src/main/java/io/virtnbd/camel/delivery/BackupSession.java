/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a backup's source stays open: as long as somebody holds the session. The exchange that made the backup holds it from
 * the start; a wire tap, and whoever takes a part to another thread, hold it until they are done. Safe for use by several
 * threads.
 */
final class BackupSession {

    private static final Logger LOG = LoggerFactory.getLogger(BackupSession.class);

    private final String name;
    private final Closeable source;
    private final Set<InputStream> streams = Collections.newSetFromMap(new IdentityHashMap<>());
    private int holds = 1;
    private boolean ended;
    private String closedBecause = "the exchange that made it is done";
    private Runnable whenClosed = () -> { };

    /** @param name of the backup, for errors */
    BackupSession(String name, Closeable source) {
        this.name = name;
        this.source = source;
    }

    String name() {
        return name;
    }

    /** What to do when it is closed, before anything else; at once where it is closed already. To be said once. */
    void whenClosed(Runnable action) {
        synchronized (this) {
            if (holds > 0) {
                whenClosed = action;
                return;
            }
        }
        action.run();
    }

    /** @throws IOException if the last holder has let go already */
    synchronized void retain() throws IOException {
        requireOpen();
        holds++;
    }

    /** Ends what {@link #retain} began. The last one closes the streams that somebody forgot to close, and the source. */
    void release() {
        synchronized (this) {
            if (holds == 0 || --holds > 0) {
                return;
            }
        }
        close();
    }

    /** Closes everything, whoever holds it. What is being read fails. */
    void abort(String why) {
        synchronized (this) {
            if (holds == 0) {
                return;
            }
            holds = 0;
            ended = true;
            closedBecause = why;
        }
        close();
    }

    private void close() {
        List<InputStream> forgotten;
        synchronized (this) {
            forgotten = new ArrayList<>(streams);
            streams.clear();
        }
        whenClosed.run();
        forgotten.forEach(this::close);
        close(source);
    }

    private void close(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            LOG.debug("{}: closing failed, nothing depends on it", name, e);
        }
    }

    /** The exchange that made the backup is done: no further parts are handed out, and its hold ends. */
    void end() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        release();
    }

    synchronized boolean isEnded() {
        return ended;
    }

    private void requireOpen() throws IOException {
        if (holds == 0) {
            throw new IOException(closedText());
        }
    }

    /** Why a reading failed, where that is because the session was closed. */
    synchronized IOException explained(IOException failure) {
        return holds == 0 ? new IOException(closedText(), failure) : failure;
    }

    private String closedText() {
        return name + " is closed: " + closedBecause;
    }

    /** Opens a stream that is closed with the session at the latest. The stream calls {@link #forget} when it is closed. */
    <T extends InputStream> T open(StreamOpener<T> opener) throws IOException {
        synchronized (this) {
            requireOpen();
        }
        T stream = opener.open();
        synchronized (this) {
            if (holds > 0) {
                streams.add(stream);
                return stream;
            }
        }
        close(stream);
        synchronized (this) {
            requireOpen();
        }
        throw new AssertionError("a session does not open again");
    }

    synchronized void forget(InputStream stream) {
        streams.remove(stream);
    }

    /** Opens a stream. */
    interface StreamOpener<T extends InputStream> {

        T open() throws IOException;
    }
}
