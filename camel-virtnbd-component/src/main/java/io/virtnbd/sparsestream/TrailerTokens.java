/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The trailer's JSON token by token, without white space, made as it is asked for. */
final class TrailerTokens implements Iterator<String> {

    private final long entries;
    private final LengthLog.Cursor lengths;
    private final LengthLog.Cursor totals;
    private final ArrayDeque<String> ready = new ArrayDeque<>();
    private long entry;
    private boolean inObject;

    TrailerTokens(long entries, LengthLog.Cursor lengths, LengthLog.Cursor totals) {
        this.entries = entries;
        this.lengths = lengths;
        this.totals = totals;
        ready.add("[");
        if (entries == 0) {
            ready.add("]");
        }
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || inObject || entry < entries;
    }

    @Override
    public String next() {
        if (ready.isEmpty()) {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            prepare();
        }
        return ready.remove();
    }

    /** The data frame, counted from 0, to which the token given last belongs. */
    long entry() {
        return Math.max(entry - 1, 0);
    }

    private void prepare() {
        long length = lengths.next();
        if (inObject) {
            continueObject(length);
            return;
        }
        if (entry > 0) {
            ready.add(",");
        }
        entry++;
        if (length == 0) {
            inObject = true;
            ready.add("{");
            ready.add('"' + Long.toString(totals.next()) + '"');
            ready.add(":");
            ready.add("[");
            ready.add(Long.toString(lengths.next()));
        } else {
            ready.add(Long.toString(length));
            endIfLast();
        }
    }

    private void continueObject(long length) {
        if (length > 0) {
            ready.add(",");
            ready.add(Long.toString(length));
        } else {
            inObject = false;
            ready.add("]");
            ready.add("}");
            endIfLast();
        }
    }

    private void endIfLast() {
        if (entry == entries) {
            ready.add("]");
        }
    }
}
