/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.event.VerificationCompletedEvent;
import io.virtnbd.camel.event.VerificationFailedEvent;
import io.virtnbd.camel.event.VerificationSummary;
import io.virtnbd.camel.event.VirtNbdEvents;
import io.virtnbd.engine.verify.SetReport;
import io.virtnbd.engine.verify.StoreReport;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/**
 * What a verification came to, as it is told.
 *
 * @param message what is wrong, for people; empty where nothing is
 * @param cause   the first exception; null where there was none
 */
record VerifyOutcome(Map<String, Object> report, VerificationSummary summary, Optional<String> message, Throwable cause) {

    private static final int MOST_REPORTED = 10;

    /** @param disks reports of streams by disk */
    static VerifyOutcome ofSet(StoreReport store, Map<String, List<Map<String, Object>>> disks) {
        SetReport set = store.sets().get(0);
        Optional<String> message = set.isWhole() ? Optional.empty()
                : Optional.of("the backups in " + store.name() + " cannot be restored as they are: " + VerifyReports.text(set));
        return new VerifyOutcome(VerifyReports.ofSet(store, disks), summary(store), message, set.cause());
    }

    static VerifyOutcome ofTree(StoreReport store) {
        List<SetReport> damaged = store.sets().stream().filter(set -> !set.isWhole()).toList();
        Optional<String> message = damaged.isEmpty() ? Optional.empty() : Optional.of(damaged.size() + " of "
                + store.sets().size() + " backup directories below " + store.name() + " cannot be restored as they are; "
                + joined(damaged.stream().map(set -> set.name() + ": " + VerifyReports.text(set)).toList(), damaged.size()));
        return new VerifyOutcome(VerifyReports.ofTree(store), summary(store), message,
                damaged.stream().map(SetReport::cause).filter(Objects::nonNull).findFirst().orElse(null));
    }

    private static VerificationSummary summary(StoreReport store) {
        return new VerificationSummary(store.name(), texts(store, SetReport::domain), texts(store, SetReport::chain),
                store.sets().size(), VerifyReports.sum(store, SetReport::streams),
                VerifyReports.sum(store, SetReport::streamsRead), VerifyReports.sum(store, SetReport::bytesRead),
                VerifyReports.sum(store, SetReport::problemCount), store.duration());
    }

    private static Set<String> texts(StoreReport store, Function<SetReport, Optional<String>> text) {
        return store.sets().stream().map(text).flatMap(Optional::stream).collect(Collectors.toSet());
    }

    /** @param count of all messages, of which there may be fewer here */
    static String joined(List<String> messages, long count) {
        long more = count - Math.min(MOST_REPORTED, messages.size());
        return messages.stream().limit(MOST_REPORTED).collect(Collectors.joining("; "))
                + (more > 0 ? "; and " + more + " more" : "");
    }

    /**
     * Tells the event notifiers, and gives the report to leave in the message.
     *
     * @param fail whether what is damaged is an exception
     */
    Map<String, Object> tell(CamelContext context, boolean fail) throws DamagedBackupsException {
        if (message.isEmpty()) {
            VirtNbdEvents.send(context, () -> new VerificationCompletedEvent(context, summary));
            return report;
        }
        DamagedBackupsException damaged = new DamagedBackupsException(message.get(), report, cause);
        VirtNbdEvents.send(context, () -> new VerificationFailedEvent(context, Optional.of(summary), damaged));
        if (fail) {
            throw damaged;
        }
        return report;
    }
}
