/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.MessageSource;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.camel.Message;

/** One source of messages after the other. */
final class JoinedMessages implements MessageSource {

    private final Iterator<MessageSource> sources;
    private MessageSource current;

    JoinedMessages(List<MessageSource> sources) {
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
    public long nextSize() {
        requireNext();
        return current.nextSize();
    }

    @Override
    public Message next() {
        requireNext();
        return current.next();
    }

    private void requireNext() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
    }
}
