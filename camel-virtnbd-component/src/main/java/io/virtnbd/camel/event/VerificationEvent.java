/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import org.apache.camel.CamelContext;

/** The end of a verification, of one stream or set or of a store. */
public abstract sealed class VerificationEvent extends VirtNbdEvent
        permits VerificationCompletedEvent, VerificationFailedEvent {

    VerificationEvent(CamelContext context) {
        super(context);
    }
}
