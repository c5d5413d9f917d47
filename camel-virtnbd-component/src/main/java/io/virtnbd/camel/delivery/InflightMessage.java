/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import org.apache.camel.Exchange;

/**
 * The part that one message has in what is on its way: from before it is made until the exchange that carries it is done, and
 * the wire taps that have a copy. Guarded by the {@link InflightLimit} that it belongs to.
 */
final class InflightMessage {

    private final InflightLimit limit;
    private long size;
    private int holders = 1;
    private Exchange carrier;
    private boolean begun;

    InflightMessage(InflightLimit limit, long size) {
        this.limit = limit;
        this.size = size;
    }

    /** An exchange carries it, whose end will be told by {@link #release}. */
    void carriedBy(Exchange exchange) {
        synchronized (limit) {
            carrier = exchange;
        }
    }

    boolean isCarried() {
        synchronized (limit) {
            return carrier != null;
        }
    }

    /** It goes on in another thread. */
    void handedOver() {
        synchronized (limit) {
            begun = true;
        }
    }

    /** Somebody else has it too. To be released in any case. */
    void retain() {
        synchronized (limit) {
            holders++;
        }
    }

    void release() {
        synchronized (limit) {
            if (--holders == 0) {
                forget();
            }
        }
    }

    /** It no longer counts, whoever has it. */
    void forget() {
        synchronized (limit) {
            // what was delivered is kept in mind to the end of the backup, and must not keep the content
            carrier = null;
            limit.remove(this);
        }
    }

    /** It has turned out to be this small. */
    void shrink(long actual) {
        synchronized (limit) {
            if (actual < size) {
                limit.shrunk(this, size - actual);
                size = actual;
            }
        }
    }

    long size() {
        return size;
    }

    /** Whether its route works on it, and not only whoever has asked for it. An exchange has a unit of work from then on. */
    boolean isBegun() {
        begun |= carrier != null && carrier.getUnitOfWork() != null;
        return begun;
    }
}
