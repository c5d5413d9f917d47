/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import io.virtnbd.chain.CheckpointNumber;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is kept of the points of all domains, and what goes. It does nothing.
 *
 * @param kept    with the reasons
 * @param deleted in the order in which they go: what needs others before these
 * @param folds   by the path of a set, the checkpoint until which it is folded after that
 */
record RetentionPlan(Map<RestorePoint, List<String>> kept, List<RestorePoint> deleted, Map<String, String> folds) {

    static RetentionPlan of(Collection<RestorePoint> points, RetentionRules rules, boolean synthesize) {
        Map<RestorePoint, List<String>> kept = new LinkedHashMap<>();
        Map<String, List<RestorePoint>> domains = points.stream()
                .collect(Collectors.groupingBy(RestorePoint::domain, TreeMap::new, Collectors.toList()));
        for (List<RestorePoint> own : domains.values()) {
            own.sort(RestorePoint.BY_AGE.reversed());
            rules.kept(own).forEach(kept::put);
            continued(own).forEach(point -> kept.computeIfAbsent(point, any -> new ArrayList<>()).add("continued"));
        }
        Set<RestorePoint> wanted = new LinkedHashSet<>(kept.keySet());
        for (RestorePoint point : points) {
            boolean needed = wanted.stream().anyMatch(each -> each.set().equals(point.set())
                    && each.needs().contains(point.checkpoint()));
            if (needed && !wanted.contains(point)) {
                kept.computeIfAbsent(point, any -> new ArrayList<>()).add("needed");
            }
        }
        List<RestorePoint> deleted = points.stream().filter(point -> !kept.containsKey(point))
                .sorted(RestorePoint.BY_AGE.reversed().thenComparing(Comparator.comparing(RestorePoint::set)))
                .sorted(Comparator.comparingInt((RestorePoint point) -> -point.needs().size())).toList();
        Map<String, String> folds = new TreeMap<>();
        if (synthesize) {
            Set<String> sets = wanted.stream().map(RestorePoint::set).collect(Collectors.toCollection(LinkedHashSet::new));
            for (String set : sets) {
                fold(wanted.stream().filter(point -> point.set().equals(set)).toList(), points)
                        .ifPresent(point -> folds.put(set, point.checkpoint()));
            }
        }
        return new RetentionPlan(kept, deleted, folds);
    }

    /**
     * What a running domain may build on: the newest point of the newest chain that begins with a full. A backup can be complete
     * and have been rolled back all the same, when its program was killed before the commit: as long as nothing builds on the full
     * of that chain, the one before is continued too, where it has increments.
     */
    private static List<RestorePoint> continued(List<RestorePoint> newestFirst) {
        List<RestorePoint> chains = newestFirst.stream().filter(point -> point.level().equals("full"))
                .filter(point -> point.checkpoint().equals(point.root())).toList();
        List<RestorePoint> result = new ArrayList<>();
        for (RestorePoint full : chains.stream().limit(2).toList()) {
            List<RestorePoint> increments = newestFirst.stream().filter(point -> point.isOf(full))
                    .filter(point -> point.level().equals("inc")).toList();
            if (result.isEmpty() || !increments.isEmpty()) {
                result.add(increments.stream().max((one, other) -> CheckpointNumber
                        .compare(one.checkpoint(), other.checkpoint()).orElse(0)).orElse(full));
            }
            if (!increments.isEmpty()) {
                break;
            }
        }
        return result;
    }

    /**
     * The newest point of a set that all points that are wanted build on. Something has to build on it already where the chain may be
     * continued, as it could have been rolled back, and the next increment would build on the one before.
     */
    private static Optional<RestorePoint> fold(List<RestorePoint> wanted, Collection<RestorePoint> points) {
        RestorePoint oldest = wanted.stream().min(RestorePoint.BY_AGE).orElseThrow();
        if (points.stream().anyMatch(point -> point.domain().equals(oldest.domain()) && isOnFull(point, points))) {
            return Optional.empty(); // the next differential would be based on a full that is there no longer
        }
        return points.stream().filter(point -> point.isOf(oldest) && point.level().equals("inc") && !point.whole())
                .filter(point -> wanted.stream().allMatch(each -> each.needs().containsAll(point.needs())))
                .filter(point -> points.stream().anyMatch(each -> each.isOf(point) && each.level().equals("inc")
                        && !each.equals(point) && each.needs().contains(point.checkpoint())))
                .max(RestorePoint.BY_AGE);
    }

    /** Whether it is a differential that does without an increment before it. That of a domain that is off does not. */
    private static boolean isOnFull(RestorePoint point, Collection<RestorePoint> points) {
        return point.level().equals("diff") && points.stream().anyMatch(each -> each.isOf(point) && each.level().equals("inc")
                && RestorePoint.BY_AGE.compare(each, point) < 0 && !point.needs().contains(each.checkpoint()));
    }
}
