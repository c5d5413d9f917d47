/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.Manifest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Adds the streams of a set up. */
final class SetReportBuilder {

    private final String name;
    private final long started = System.nanoTime();
    private final Set<String> unread = new TreeSet<>();
    private final Set<String> damaged = new TreeSet<>();
    private long streams;
    private long streamBytes;
    private long streamsRead;
    private long bytesRead;
    private long unchecked;

    SetReportBuilder(String name) {
        this.name = name;
    }

    void add(StreamReport stream, String unit) {
        streams++;
        streamBytes += stream.bytes();
        if (stream.content().isPresent()) {
            streamsRead++;
            bytesRead += stream.bytes();
        } else if (!stream.damaged()) {
            unread.add(unit);
        }
        if (stream.damaged()) {
            damaged.add(unit);
        }
        if (!stream.contentChecked()) {
            unchecked++;
        }
    }

    SetReport build(SetPlan plan, Map<String, Manifest> manifests, Problems problems) {
        Optional<String> domain = manifests.values().stream().map(Manifest::domain).findFirst();
        Optional<String> chain = Optional.of(plan.chainId()).filter(id -> !id.isEmpty());
        return new SetReport(name, domain, chain, plan.disks(), streams, streamBytes, streamsRead, bytesRead, unchecked,
                List.copyOf(unread), List.copyOf(damaged), List.copyOf(manifests.keySet()), problems.kept(), problems.count(),
                Duration.ofNanos(System.nanoTime() - started), problems.first());
    }
}
