/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.camel.Message;

/**
 * The body that a backup leaves: its messages, to be split, streaming. They can be iterated once, while the exchange that
 * made the backup is under way; each carries its headers. The iterator ends early when a delivery has failed, and the
 * exchange fails with it, also where the route has handled the failure of that delivery, so that the backup cannot pass for
 * whole.
 */
public final class BackupBody implements Iterable<Message> {

    private final BackupRun run;
    private final Iterable<Message> parts;
    private final ParentExchange parent;
    private boolean taken;

    BackupBody(BackupRun run, Iterable<Message> parts, ParentExchange parent) {
        this.run = run;
        this.parts = parts;
        this.parent = parent;
    }

    /**
     * @throws IllegalStateException if it was called before, or the exchange that made the backup is done
     * @throws UncheckedIOException  if it was called before and a delivery has failed since, as when a split is redelivered
     */
    @Override
    public synchronized Iterator<Message> iterator() {
        if (taken && run.log().failure() != null) {
            throw new UncheckedIOException(run.log().failure());
        }
        if (taken) {
            throw new IllegalStateException(this + " was split before, which can be done once");
        }
        if (run.session().isEnded()) {
            throw new IllegalStateException(this + " has ended with the exchange that made it; split the body in the same"
                    + " route");
        }
        taken = true;
        return new PartIterator(parts.iterator());
    }

    /**
     * Whether all was delivered and the backup counts. After a split this tells a route what to answer: a sink that has taken
     * nothing, or will deliver only later, in another thread, has not failed. In a transaction a backup counts when that ends.
     */
    public boolean isCommitted() {
        return run.isCommitted();
    }

    /** For logs. */
    @Override
    public String toString() {
        return run.session().name();
    }

    private final class PartIterator implements Iterator<Message> {

        private final Iterator<Message> messages;
        /** Whether there was a next message when it was asked for. */
        private boolean promised;

        PartIterator(Iterator<Message> messages) {
            this.messages = messages;
        }

        @Override
        public boolean hasNext() {
            promised = isNext();
            return promised;
        }

        private boolean isNext() {
            IncompleteBackupException failure = run.log().failure();
            if (failure == null) {
                return !run.session().isEnded() && messages.hasNext();
            }
            boolean hidden = run.log().takeHiddenFailure() != null;
            if (parent.isId(run.splitterId())) {
                parent.fail(failure);
            } else if (hidden) {
                throw new UncheckedIOException(failure);
            }
            return false;
        }

        /** Waits for room for the next message; null where the backup fails or ends meanwhile, which a splitter takes well. */
        @Override
        public Message next() {
            boolean was = promised;
            if (!hasNext()) {
                if (was) {
                    return null; // it has failed since
                }
                throw new NoSuchElementException(run.session().name() + " has no further messages");
            }
            return messages.next();
        }
    }
}
