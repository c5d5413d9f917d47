/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import org.apache.camel.CamelContext;

/** Something that happened to a backup. */
public abstract sealed class BackupEvent extends VirtNbdEvent
        permits BackupStartedEvent, BackupProgressEvent, BackupCompletedEvent, BackupFailedEvent {

    private final String domain;

    BackupEvent(CamelContext context, String domain) {
        super(context);
        this.domain = domain;
    }

    /** The domain's name; for a bare export what names the backup. */
    public String getDomain() {
        return domain;
    }
}
