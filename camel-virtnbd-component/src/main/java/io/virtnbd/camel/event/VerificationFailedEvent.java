/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import java.util.Optional;
import org.apache.camel.CamelContext;

/** Something is damaged, or nothing could be verified. */
public final class VerificationFailedEvent extends VerificationEvent {

    private final Optional<VerificationSummary> summary;
    private final Throwable cause;

    /** @param summary empty where nothing could be verified */
    public VerificationFailedEvent(CamelContext context, Optional<VerificationSummary> summary, Throwable cause) {
        super(context);
        this.summary = summary;
        this.cause = cause;
    }

    /** Empty where nothing could be verified. */
    public Optional<VerificationSummary> getSummary() {
        return summary;
    }

    /** A {@code DamagedBackupsException} with the whole report, or why nothing could be verified. */
    public Throwable getCause() {
        return cause;
    }

    @Override
    public String toString() {
        return "verification has failed" + summary.map(found -> ", " + found).orElse("") + ": " + cause;
    }
}
