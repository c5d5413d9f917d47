/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;

/** Something that happened to a backup. Sent to the event notifiers of the Camel context, from any thread. */
public abstract sealed class BackupEvent implements CamelEvent
        permits BackupStartedEvent, BackupProgressEvent, BackupCompletedEvent, BackupFailedEvent {

    private final CamelContext context;
    private final String domain;
    private long timestamp;

    BackupEvent(CamelContext context, String domain) {
        this.context = context;
        this.domain = domain;
    }

    /** The domain's name; for a bare export what names the backup. */
    public String getDomain() {
        return domain;
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
