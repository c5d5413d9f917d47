/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import io.virtnbd.extent.Extent;
import io.virtnbd.nbd.server.ExtentConsumer;

/** Makes one extent of neighbours of one type. */
final class MergedExtents implements ExtentConsumer {

    private final ExtentConsumer consumer;
    private Extent pending;
    private boolean wanted = true;

    MergedExtents(ExtentConsumer consumer) {
        this.consumer = consumer;
    }

    /** Whether there is anybody who wants more. */
    boolean isWanted() {
        return wanted;
    }

    @Override
    public boolean accept(Extent extent) {
        if (pending != null && pending.type() == extent.type()) {
            pending = new Extent(pending.offset(), pending.length() + extent.length(), extent.type());
        } else {
            end();
            pending = extent;
        }
        return wanted;
    }

    /** There are no more. */
    void end() {
        if (pending != null && wanted) {
            wanted = consumer.accept(pending);
        }
        pending = null;
    }
}
