/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.Iterator;

/** One iterator after the other. */
final class JoinedIterator<T> implements Iterator<T> {

    private final Iterator<? extends T> first;
    private final Iterator<? extends T> second;

    JoinedIterator(Iterator<? extends T> first, Iterator<? extends T> second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public boolean hasNext() {
        return first.hasNext() || second.hasNext();
    }

    @Override
    public T next() {
        return first.hasNext() ? first.next() : second.next();
    }
}
