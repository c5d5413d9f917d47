/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.event;

import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.EventNotifier;
import org.apache.camel.spi.ManagementStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends events to a context's notifiers. */
public final class VirtNbdEvents {

    private static final Logger LOG = LoggerFactory.getLogger(VirtNbdEvents.class);

    private VirtNbdEvents() {
    }

    /** Whether anybody listens. Cheap enough to ask for each piece of a stream. */
    public static boolean areHeard(CamelContext context) {
        ManagementStrategy management = context.getManagementStrategy();
        return management != null && !management.getStartedEventNotifiers().isEmpty();
    }

    /** Sends an event, which is made only where somebody listens. A notifier that fails is logged, and does no harm. */
    public static void send(CamelContext context, Supplier<? extends VirtNbdEvent> event) {
        if (!areHeard(context)) {
            return;
        }
        VirtNbdEvent made = event.get();
        made.setTimestamp(System.currentTimeMillis());
        for (EventNotifier notifier : context.getManagementStrategy().getStartedEventNotifiers()) {
            try {
                if (notifier.isEnabled(made)) {
                    notifier.notify(made);
                }
            } catch (Exception e) {
                LOG.warn("an event notifier failed, which is ignored: {}", made, e);
            }
        }
    }
}
