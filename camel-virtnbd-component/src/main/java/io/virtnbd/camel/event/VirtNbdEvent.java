/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;

/** What this component has done or failed to do. Sent to the event notifiers of the Camel context, from any thread. */
public abstract sealed class VirtNbdEvent implements CamelEvent permits BackupEvent, VerificationEvent {

    private final CamelContext context;
    private long timestamp;

    VirtNbdEvent(CamelContext context) {
        this.context = context;
    }

    @Override
    public final Type getType() {
        return Type.Custom;
    }

    /** The Camel context. */
    @Override
    public final CamelContext getSource() {
        return context;
    }

    @Override
    public long getTimestamp() {
        return timestamp;
    }

    @Override
    public void setTimestamp(long timestamp) {
        this.timestamp = timestamp;
    }
}
