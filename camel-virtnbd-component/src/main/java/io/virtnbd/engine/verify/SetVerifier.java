/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.Sha256;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.Interruptions;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Checks a backup set: that its streams make chains, that each stream is whole, and that its manifests are true. Each stream is
 * read once, in bounded memory, whatever is wrong with others.
 */
final class SetVerifier {

    private final BackupStore store;
    private final VerifyOptions options;
    private final Consumer<StreamReport> streams;
    private final Problems problems = new Problems();

    /** @param streams is told of each stream */
    SetVerifier(BackupStore store, VerifyOptions options, Consumer<StreamReport> streams) {
        this.store = store;
        this.options = options;
        this.streams = streams;
    }

    /**
     * Verifies the set.
     *
     * @throws ChainException if there is nothing to verify, or what to end with is not there
     * @throws IOException    if the set cannot be listed, or the thread is interrupted
     */
    SetReport verify() throws IOException {
        SetReportBuilder report = new SetReportBuilder(store.name());
        BackupDirectory set = read(store);
        SetFiles files = new SetFiles(set);
        SetPlan plan = SetPlan.of(set, files, options, problems);
        Map<String, Manifest> manifests = plan.manifests();
        Map<String, List<Listing>> listings = SetFiles.listings(manifests.values(), options.disk());
        requireSomething(files, plan, listings);
        MemberVerifier members = new MemberVerifier(files, listings, problems);
        for (PlannedStream stream : plan.streams()) {
            String unit = StreamUnit.of(stream.file().name()).orElseThrow();
            StreamReport found = members.verify(stream, options.read().test(unit));
            report.add(found, unit);
            streams.accept(found);
        }
        for (Map.Entry<String, List<Listing>> listing : listings.entrySet()) {
            verify(files, plan, listing.getKey(), listing.getValue());
        }
        if (options.isOfAll()) {
            set.lostStreams().forEach((name, left) -> {
                if (!listings.containsKey(name) && options.concerns(BackupFileNames.parse(name).orElseThrow().disk())) {
                    addLost(name, left);
                }
            });
        }
        plan.brokenManifests().forEach((name, failure) ->
                problems.add(Problem.of(name, failure instanceof ChainException ? ProblemKind.MALFORMED
                        : ProblemKind.UNREADABLE, failure.getMessage())));
        return report.build(plan, manifests, problems);
    }

    private static BackupDirectory read(BackupStore store) throws IOException {
        try {
            return BackupDirectory.read(store);
        } catch (NoSuchFileException e) {
            throw new ChainException(store.name() + ": expected a backup, found nothing", e);
        }
    }

    private void requireSomething(SetFiles files, SetPlan plan, Map<String, List<Listing>> listings) throws ChainException {
        if (!plan.streams().isEmpty() || problems.count() > 0) {
            return;
        }
        String disk = options.disk().map(name -> " of disk '" + name + "'").orElse("");
        boolean lost = listings.values().stream().flatMap(List::stream).anyMatch(listing -> listing.entry().disk() != null);
        if (!lost) {
            throw new ChainException(store.name() + ": expected streams" + disk + ", found "
                    + (files.hasStreams() ? "those of other disks" : "no streams"));
        }
    }

    /** No chain need miss it: the newest content may be that of a differential, which does without the increments before it. */
    private void addLost(String name, String left) {
        problems.add(Problem.of(name, ProblemKind.MISSING, "the stream that " + left + " tells of", "nothing",
                store.name() + ": " + name + " is missing, which " + left + " tells of"));
    }

    /** An artifact that is no stream is read here; it is small. */
    private void verify(SetFiles files, SetPlan plan, String name, List<Listing> listings) throws IOException {
        StoredFile file = files.find(name).orElse(null);
        if (file == null) {
            problems.add(Problem.of(name, ProblemKind.MISSING, listings.get(0).entry().bytes() + " bytes", "nothing",
                    store.name() + ": " + name + " is missing, which the manifest of " + listings.get(0).checkpoint() + " lists"));
            return;
        }
        if (plan.has(name)) {
            return;
        }
        ListingCheck check = new ListingCheck(file, name, listings, problems);
        if (check.size() && check.hasSha256()) {
            try (InputStream in = file.open()) {
                check.sha256(Sha256.of(in));
            } catch (IOException e) {
                Interruptions.rethrow(e);
                problems.add(name, file.toString(), e);
            }
        }
    }
}
