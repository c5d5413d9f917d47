/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** One iterator after the other. */
final class JoinedIterator<T> implements Iterator<T> {

    private final Iterator<Iterator<? extends T>> sources;
    private Iterator<? extends T> current;

    JoinedIterator(List<Iterator<? extends T>> sources) {
        this.sources = sources.iterator();
    }

    @Override
    public boolean hasNext() {
        while (current == null || !current.hasNext()) {
            if (!sources.hasNext()) {
                return false;
            }
            current = sources.next();
        }
        return true;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return current.next();
    }
}
