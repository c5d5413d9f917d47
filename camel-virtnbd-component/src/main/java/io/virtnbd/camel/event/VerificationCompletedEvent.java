/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import org.apache.camel.CamelContext;

/** All that was looked at is whole. */
public final class VerificationCompletedEvent extends VerificationEvent {

    private final VerificationSummary summary;

    public VerificationCompletedEvent(CamelContext context, VerificationSummary summary) {
        super(context);
        this.summary = summary;
    }

    public VerificationSummary getSummary() {
        return summary;
    }

    @Override
    public String toString() {
        return "verified " + summary;
    }
}
