/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The chains of one disk in one directory, and which of them is meant. */
final class DiskChains {

    private final String disk;
    private final List<List<Layer>> groups;
    private final boolean complete;
    private final BackupTimes times;

    /** @param complete whether each layer is known to belong to a complete backup */
    DiskChains(String disk, List<List<Layer>> groups, boolean complete, BackupTimes times) {
        this.disk = disk;
        this.groups = groups;
        this.complete = complete;
        this.times = times;
    }

    /** The layers to restore, in order. */
    List<Layer> select(Until until) throws ChainException {
        if (until.checkpoint().isPresent()) {
            String checkpoint = until.checkpoint().get();
            return order(groupWith(checkpoint)).until(checkpoint);
        }
        List<Layer> group = newestGroup(until.time());
        ChainOrder order = order(group);
        return until.time().isPresent() ? order.at(until.time().get()) : order.newest();
    }

    private ChainOrder order(List<Layer> group) throws ChainException {
        return new ChainOrder(disk, new DiskLayers(disk, group, complete), times);
    }

    private List<Layer> groupWith(String checkpoint) throws ChainException {
        List<List<Layer>> with = groups.stream().filter(group -> group.stream()
                .anyMatch(layer -> !checkpoint.isEmpty() && layer.checkpoint().equals(checkpoint))).toList();
        if (with.isEmpty()) {
            throw new ChainException(ChainException.Fault.ABSENT,
                    "disk " + disk + ": expected a stream of checkpoint '" + checkpoint + "', found "
                    + DiskLayers.checkpoints(groups.stream().flatMap(List::stream).toList()));
        }
        if (with.size() == 1) {
            return with.get(0);
        }
        List<List<Layer>> connected = new ArrayList<>();
        for (List<Layer> group : with) {
            if (new DiskLayers(disk, group, complete).isConnected(checkpoint)) {
                connected.add(group);
            }
        }
        if (connected.size() > 1) {
            throw new ChainException("disk " + disk + ": expected one chain with checkpoint '" + checkpoint + "', found "
                    + describe(connected));
        }
        return connected.isEmpty() ? with.get(0) : connected.get(0);
    }

    /** The chain with the newest layer, connected or not: what is missing something is still the newest. */
    private List<Layer> newestGroup(Optional<LocalDateTime> time) throws ChainException {
        if (groups.size() == 1) {
            return groups.get(0);
        }
        List<List<Layer>> candidates = time.isEmpty() ? groups
                : groups.stream().filter(group -> group.stream().anyMatch(layer -> isOf(layer, time.get()))).toList();
        if (candidates.isEmpty()) {
            return groups.stream().min(Comparator.comparing(group -> times.of(base(group)).orElse(LocalDateTime.MAX)))
                    .orElseThrow(); // whose full is newer, which is said there
        }
        for (List<Layer> candidate : candidates) {
            if (candidates.stream().allMatch(other -> other == candidate || isNewer(candidate, other, time))) {
                return candidate;
            }
        }
        if (candidates.stream().map(group -> last(group, time)).distinct().count() == 1) {
            return candidates.get(0); // of which chain the newest stream is can only be told with its parent, which is missed there
        }
        throw new ChainException("disk " + disk + ": expected to tell which chain is the newest, found " + describe(candidates)
                + "; name the checkpoint until which to restore");
    }

    private boolean isOf(Layer layer, LocalDateTime time) {
        return times.of(layer).map(date -> !date.isAfter(time)).orElse(true);
    }

    private boolean isNewer(List<Layer> one, List<Layer> other, Optional<LocalDateTime> time) {
        OptionalInt age = age(one, time).compare(age(other, time));
        return age.isPresent() && age.getAsInt() > 0;
    }

    private BackupAge age(List<Layer> group, Optional<LocalDateTime> time) {
        return new BackupAge(last(group, time).checkpoint(), until(group, time).map(times::of).flatMap(Optional::stream)
                .max(Comparator.naturalOrder()));
    }

    private Layer last(List<Layer> group, Optional<LocalDateTime> time) {
        return until(group, time).max(DiskLayers.BY_AGE).orElseThrow();
    }

    private Stream<Layer> until(List<Layer> group, Optional<LocalDateTime> time) {
        return group.stream().filter(layer -> time.isEmpty() || isOf(layer, time.get()));
    }

    private static Layer base(List<Layer> group) {
        return group.stream().filter(layer -> layer.level().isBase()).findFirst().orElse(group.get(0));
    }

    private String describe(Collection<List<Layer>> several) {
        return several.stream()
                .map(group -> base(group).fileName() + " to " + age(group, Optional.empty()))
                .sorted().collect(Collectors.joining(" and "));
    }
}
