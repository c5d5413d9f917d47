/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.restore.FrameFeed;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.RestoreSession;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The restores that get their streams by one message after the other, by their targets. Safe for use by several threads. */
public final class RestoreSessions implements Closeable {

    /** Those that are complete are remembered, for the messages that come last, and those with manifests only; but not for ever. */
    private static final int MOST = 1000;

    private final Map<String, Open> sessions = new HashMap<>();

    /** A session that messages work on, and the frames that are on their way into it. */
    static final class Open implements Closeable {

        private final RestoreSession session;
        private FrameFeed frames;
        private int users;

        private Open(RestoreSession session) {
            this.session = session;
        }

        RestoreSession session() {
            return session;
        }

        /** The stream whose frames come; null where none do. */
        synchronized FrameFeed frames() {
            return frames;
        }

        synchronized void frames(FrameFeed feed) {
            frames = feed;
        }

        private boolean isIdle() {
            return users == 0 && frames() == null && session.isClosed();
        }

        @Override
        public void close() throws IOException {
            FrameFeed feed = frames();
            if (feed != null) {
                feed.close();
            }
            session.close();
        }
    }

    /** The session for a target, to be {@linkplain #release given back}. */
    synchronized Open acquire(String target, RestoreOptions options) throws IOException {
        Open open = sessions.get(target);
        if (open == null) {
            open = new Open(new RestoreSession(options));
            sessions.put(target, open);
        }
        open.users++;
        return open;
    }

    synchronized void release(String target, Open open) {
        open.users--;
        if (open.isIdle() && !open.session().isComplete() && !open.session().hasManifests()) {
            sessions.remove(target);
        }
        if (sessions.size() > MOST) {
            sessions.values().removeIf(Open::isIdle);
        }
    }

    /** Ends all. What they have written stays to be gone on with. */
    @Override
    public void close() throws IOException {
        List<Open> all;
        synchronized (this) {
            all = new ArrayList<>(sessions.values());
            sessions.clear();
        }
        Closing.all(all);
    }
}
