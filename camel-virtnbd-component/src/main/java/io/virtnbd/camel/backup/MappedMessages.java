/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.MessageSource;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.camel.Message;

/** Makes a message of each element when it is asked for. */
final class MappedMessages<S> implements MessageSource {

    private final Iterator<S> source;
    private final LongSupplier nextSize;
    private final Function<S, Message> mapping;

    /** @param nextSize most bytes that the next message will have */
    MappedMessages(Iterator<S> source, LongSupplier nextSize, Function<S, Message> mapping) {
        this.source = source;
        this.nextSize = nextSize;
        this.mapping = mapping;
    }

    /** A single message. */
    static <S> MessageSource of(S element, long size, Function<S, Message> mapping) {
        return new MappedMessages<>(List.of(element).iterator(), () -> size, mapping);
    }

    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    @Override
    public long nextSize() {
        return nextSize.getAsLong();
    }

    @Override
    public Message next() {
        return mapping.apply(source.next());
    }
}
