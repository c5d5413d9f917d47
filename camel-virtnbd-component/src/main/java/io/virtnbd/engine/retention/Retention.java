/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import io.virtnbd.chain.BackupCatalog;
import io.virtnbd.chain.BackupSet;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.directory.DirectoryChanges;
import io.virtnbd.engine.directory.DirectoryClaim;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.engine.directory.UnfinishedChanges;
import io.virtnbd.engine.retention.RetentionReport.Action;
import io.virtnbd.engine.synthetic.FoldOptions;
import io.virtnbd.engine.synthetic.FoldReport;
import io.virtnbd.engine.synthetic.InPlaceFold;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Deletes the backups that the rules do not keep, in and below a place. What a kept point is made of stays, and what a running domain
 * may build on. A set with anything in it that is not whole is reported, and nothing in it is touched, nor are files that are of
 * no complete backup.
 */
public final class Retention {

    private final BackupStore store;
    private final RetentionOptions options;
    private final FileSteps steps;
    private final Map<String, BackupSet> sets = new TreeMap<>();
    private final Map<String, SetPoints> points = new TreeMap<>();
    private final Map<String, String> problems = new TreeMap<>();
    private final Map<RestorePoint, Action> done = new LinkedHashMap<>();
    private long bytes;

    private Retention(BackupStore store, RetentionOptions options, FileSteps steps) {
        this.store = store;
        this.options = options;
        this.steps = steps;
    }

    /**
     * Runs, after it has finished what an earlier run has begun.
     *
     * @throws IllegalArgumentException if chains are to be folded that are not in a directory of this machine
     * @throws io.virtnbd.engine.directory.DirectoryBusyException if another run is under way
     */
    public static RetentionReport run(BackupStore store, RetentionOptions options, FileSteps steps) throws IOException {
        Optional<Path> directory = store.path("");
        if (options.synthesize() && directory.isEmpty()) {
            throw new IllegalArgumentException("synthesize is set, expected a directory of this machine to fold chains in, found "
                    + store.name());
        }
        Retention retention = new Retention(store, options, steps);
        if (options.dryRun() || directory.isEmpty()) {
            return retention.run();
        }
        try (DirectoryClaim claim = DirectoryClaim.ofTree(directory.get())) {
            UnfinishedChanges.recover(directory.get().toRealPath(), steps).forEach((path, failure) ->
                    retention.problems.put(path, "an unfinished change of it: " + failure.getMessage()));
            return retention.run();
        }
    }

    private RetentionReport run() throws IOException {
        BackupCatalog catalog = BackupCatalog.read(store);
        catalog.unreadable().forEach((path, failure) -> problems.put(path, "cannot be read: " + failure.getMessage()));
        for (BackupSet set : catalog.sets()) {
            sets.put(set.path(), set);
            if (problems.containsKey(set.path())) {
                continue;
            }
            try {
                points.put(set.path(), SetPoints.read(set));
            } catch (IOException e) {
                problems.put(set.path(), e.getMessage());
            }
        }
        RetentionPlan plan = RetentionPlan.of(points().toList(), options.rules(), options.synthesize());
        for (Map.Entry<String, SetPoints> each : points.entrySet()) {
            List<RestorePoint> gone = plan.deleted().stream().filter(point -> point.set().equals(each.getKey())).toList();
            try {
                change(each.getKey(), each.getValue(), gone, Optional.ofNullable(plan.folds().get(each.getKey())));
            } catch (IOException e) {
                problems.put(each.getKey(), e.getMessage());
            }
        }
        return report(plan);
    }

    private Stream<RestorePoint> points() {
        return points.values().stream().flatMap(set -> set.points().stream())
                .filter(point -> options.domain().isEmpty() || point.domain().equals(options.domain().get()));
    }

    private void change(String path, SetPoints set, List<RestorePoint> gone, Optional<String> fold) throws IOException {
        if (gone.isEmpty() && fold.isEmpty()) {
            return;
        }
        List<String> deletions = set.deletions(gone.stream().map(RestorePoint::checkpoint).toList());
        Optional<Path> directory = sets.get(path).store().path("");
        if (options.dryRun()) {
            deleted(set, gone, deletions);
            fold.ifPresent(checkpoint -> folded(set, gone, checkpoint));
            return;
        }
        if (directory.isEmpty()) {
            for (String file : deletions) {
                sets.get(path).store().delete(file);
            }
            deleted(set, gone, deletions);
            return;
        }
        Path real = directory.get().toRealPath();
        DirectoryChanges changes = new DirectoryChanges(real, steps);
        try (DirectoryClaim claim = DirectoryClaim.of(real)) {
            if (!SetPoints.read(sets.get(path)).points().containsAll(set.points())) {
                throw new IOException("it was changed since the retention has begun");
            }
            changes.make(List.of(), deletions);
            deleted(set, gone, deletions);
            if (fold.isPresent()) {
                FoldReport report = InPlaceFold.foldClaimed(real, new FoldOptions(options.domain(), Until.checkpoint(fold.get()),
                        options.reading()), steps);
                bytes += report.bytesBefore() - report.bytesAfter();
                folded(set, gone, fold.get());
            }
        }
        if (!path.isEmpty()) {
            changes.removeIfEmpty(real);
        }
    }

    private void deleted(SetPoints set, List<RestorePoint> gone, List<String> deletions) {
        gone.forEach(point -> done.put(point, Action.DELETED));
        bytes += set.bytes(deletions);
    }

    private void folded(SetPoints set, List<RestorePoint> gone, String checkpoint) {
        RestorePoint full = set.points().stream().filter(point -> point.checkpoint().equals(checkpoint)).findFirst()
                .orElseThrow();
        set.points().stream().filter(point -> !gone.contains(point) && !point.equals(full)
                && full.needs().contains(point.checkpoint())).forEach(point -> done.put(point, Action.FOLDED));
    }

    private RetentionReport report(RetentionPlan plan) {
        List<RetentionReport.Point> all = new ArrayList<>();
        points().sorted(RestorePoint.BY_AGE.reversed())
                .sorted(Comparator.comparing(RestorePoint::domain)).forEach(point -> {
                    Action action = done.getOrDefault(point, Action.KEPT);
                    List<String> reasons = action == Action.KEPT ? plan.kept().getOrDefault(point, List.of("problem")) : List.of();
                    all.add(new RetentionReport.Point(point.domain(), point.set(), point.checkpoint(), point.level(),
                            point.date().toString(), action, reasons));
                });
        return new RetentionReport(all, bytes, problems);
    }
}
