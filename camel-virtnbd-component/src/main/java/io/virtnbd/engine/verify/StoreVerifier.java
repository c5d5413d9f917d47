/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.BackupCatalog;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Until;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.Interruptions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Verifies backup sets: one, or all in and below a store, each on its own. */
public final class StoreVerifier {

    private final BackupStore store;
    private final Optional<PartialRead> partial;

    private StoreVerifier(BackupStore store, Optional<PartialRead> partial) {
        this.store = store;
        this.partial = partial;
    }

    /** Reads all. */
    public static StoreVerifier of(BackupStore store) {
        return new StoreVerifier(store, Optional.empty());
    }

    /**
     * Reads a part in each run.
     *
     * @param percent 1 to 99
     */
    public static StoreVerifier of(BackupStore store, int percent, VerificationState state) {
        return new StoreVerifier(store, Optional.of(new PartialRead(store.name(), percent, state)));
    }

    /**
     * Verifies the one set that the store is.
     *
     * @param disk    the only one to look at, beside what belongs to the whole domain; null for all
     * @param until   checkpoint to end with; null for all that is there
     * @param streams is told of each stream
     * @throws ChainException if there is nothing to verify, or what to end with is not there
     * @throws IOException    if the store cannot be listed, or the state of a partial verification be kept
     */
    public StoreReport verifySet(String disk, Until until, Consumer<StreamReport> streams) throws IOException {
        return verify(List.of(new VerifiedSet("", store)),
                new VerifyOptions(Optional.ofNullable(disk), until, unit -> true), streams);
    }

    /**
     * Verifies all sets in and below the store; whatever is wrong with one keeps no other from it. Of their streams nothing is
     * kept.
     *
     * @throws ChainException if there is none
     * @throws IOException    if the store cannot be listed, or the state of a partial verification be kept
     */
    public StoreReport verifyTree() throws IOException {
        BackupCatalog catalog = catalog();
        if (catalog.sets().isEmpty() && catalog.unreadable().isEmpty()) {
            throw new ChainException(store.name() + ": expected directories with backups below, found none");
        }
        StoreReport report = verify(
                catalog.sets().stream().map(set -> new VerifiedSet(set.path(), set.store())).toList(), null, stream -> { });
        TreeMap<String, SetReport> all = new TreeMap<>();
        report.sets().forEach(set -> all.put(set.name(), set));
        catalog.unreadable().forEach((path, failure) -> {
            String name = store.directory(path).name();
            all.put(name, SetReport.unreadable(name, failure));
        });
        return new StoreReport(report.name(), List.copyOf(all.values()), report.coverage(), report.duration());
    }

    private BackupCatalog catalog() throws IOException {
        try {
            return BackupCatalog.read(store);
        } catch (NoSuchFileException e) {
            throw new ChainException(store.name() + ": expected backups, found nothing", e);
        }
    }

    /** @param one what to verify of the only set, which then has to be one; null where there are several */
    private StoreReport verify(List<VerifiedSet> sets, VerifyOptions one, Consumer<StreamReport> streams) throws IOException {
        long started = System.nanoTime();
        if (partial.isPresent()) {
            partial.get().begin(sets);
        }
        List<SetReport> reports = new ArrayList<>();
        for (VerifiedSet set : sets) {
            VerifyOptions options = one == null ? VerifyOptions.ALL : one;
            SetReport report;
            if (partial.isPresent()) {
                options = options.reading(unit -> partial.get().reads(set, unit));
            }
            try {
                report = new SetVerifier(set.store(), options, streams).verify();
            } catch (IOException | RuntimeException e) {
                if (one != null) {
                    throw e;
                }
                if (e instanceof IOException failure) {
                    Interruptions.rethrow(failure);
                }
                report = SetReport.unreadable(set.store().name(), e);
            }
            reports.add(report);
            if (partial.isPresent()) {
                partial.get().verified(set, report);
            }
        }
        Optional<Coverage> coverage = partial.isPresent() ? Optional.of(partial.get().end()) : Optional.empty();
        return new StoreReport(store.name(), reports, coverage, Duration.ofNanos(System.nanoTime() - started));
    }
}
