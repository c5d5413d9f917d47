/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.Iterator;
import java.util.function.Function;

/** Maps each element when it is asked for. */
final class MappingIterator<S, T> implements Iterator<T> {

    private final Iterator<? extends S> source;
    private final Function<? super S, ? extends T> mapping;

    MappingIterator(Iterator<? extends S> source, Function<? super S, ? extends T> mapping) {
        this.source = source;
        this.mapping = mapping;
    }

    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    @Override
    public T next() {
        return mapping.apply(source.next());
    }
}
