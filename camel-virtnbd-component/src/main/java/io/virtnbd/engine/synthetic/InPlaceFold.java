/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainCheck;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChecksumFile;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.directory.DirectoryChanges;
import io.virtnbd.engine.directory.DirectoryClaim;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds the chains in a directory where they are: the full and the increments until a checkpoint become a full of that checkpoint,
 * under the name of the old one, and later increments stay and fit. The new files are written beside the old ones, compared with
 * what they replace and made durable; only then do the old ones go, and a run that dies in between is finished by the next one.
 */
public final class InPlaceFold {


    private final Path directory;
    private final BackupStore store;
    private final FoldOptions options;
    private final FileSteps steps;
    private final DirectoryChanges changes;
    private final Map<String, Path> prepared = new LinkedHashMap<>();

    private InPlaceFold(Path directory, FoldOptions options, FileSteps steps) {
        this.directory = directory;
        this.store = new DirectoryStore(directory);
        this.options = options;
        this.steps = steps;
        this.changes = new DirectoryChanges(directory, steps);
    }

    /**
     * Folds, or finishes what an earlier run has begun and then folds.
     *
     * @throws ChainException if a stream is damaged, streams do not make a chain, or one that is newer would be lost; nothing was
     *                        changed then
     * @throws io.virtnbd.engine.directory.DirectoryBusyException if another run changes the directory
     */
    public static FoldReport fold(Path directory, FoldOptions options, FileSteps steps) throws IOException {
        Path real = directory.toRealPath();
        try (DirectoryClaim claim = DirectoryClaim.of(real)) {
            return foldClaimed(real, options, steps);
        }
    }

    /** The same for whoever has the claim of the directory, or of one that it is in. */
    public static FoldReport foldClaimed(Path directory, FoldOptions options, FileSteps steps) throws IOException {
        InPlaceFold fold = new InPlaceFold(directory, options, steps);
        fold.changes.recover();
        return fold.run();
    }

    private FoldReport run() throws IOException {
        SetFiles set = SetFiles.read(store);
        String domain = SyntheticFull.domain(set, options);
        FoldPlan plan = FoldPlan.of(set, FoldedChains.of(set, options.until(), false));
        if (plan.chains().isEmpty()) {
            return new FoldReport(domain, plan.checkpoint(), 1, List.of(), List.of(), 0, 0);
        }
        // damage must not be folded into a full whose checksums are right
        ChainCheck.full(set.directory(), plan.chains().values());
        boolean done = false;
        try {
            List<String> deletions = write(set, plan);
            Set<String> replaced = prepared.keySet();
            long before = 0;
            for (StoredFile file : set.files().values()) {
                before += replaced.contains(file.name()) || deletions.contains(file.name()) ? file.bytes() : 0;
            }
            long after = 0;
            for (Path file : prepared.values()) {
                after += Files.size(file);
            }
            requireUnchanged(set, plan);
            done = true;
            changes.make(new ArrayList<>(replaced), deletions);
            int backups = plan.chains().values().stream().mapToInt(FoldedChains::layers).max().orElse(1);
            return new FoldReport(domain, plan.checkpoint(), backups, new ArrayList<>(replaced), deletions, before, after);
        } catch (IOException | RuntimeException | Error e) {
            if (!done) {
                discardAfter(e);
            }
            throw e;
        }
    }

    private void discardAfter(Throwable failure) {
        try {
            changes.discard();
        } catch (IOException | Error e) {
            failure.addSuppressed(e); // the next run does it
        }
    }

    /** Writes the new files beside the old ones, and compares. */
    private List<String> write(SetFiles set, FoldPlan plan) throws IOException {
        Map<String, List<ManifestEntry>> listed = new LinkedHashMap<>();
        try (FoldedDisks folded = FoldedDisks.open(plan.chains().values())) {
            for (Chain chain : plan.chains().values()) {
                String name = FoldPlan.fullOf(chain.disk());
                FullFile full = full(folded, chain, name);
                prepared.put(name, full.path());
                if (chain.members().stream().anyMatch(member -> set.files().containsKey(member.file().name() + ChecksumFile.SUFFIX))) {
                    small(name + ChecksumFile.SUFFIX, full.checksumFile());
                }
                plan.manifestOf(chain).ifPresent(file -> listed.computeIfAbsent(file, any -> new ArrayList<>())
                        .add(new ManifestEntry(name, full.bytes(), full.sha256(), "disk", chain.disk())));
            }
            for (Map.Entry<String, Manifest> manifest : plan.manifests().entrySet()) {
                small(manifest.getKey(), with(manifest.getValue(), listed.getOrDefault(manifest.getKey(), List.of())).toJson());
            }
            List<String> deletions = plan.deletions(set, prepared.keySet());
            compare(set, plan, folded, new ChangedStore(store, prepared, Set.copyOf(deletions)));
            return deletions;
        }
    }

    private FullFile full(FoldedDisks folded, Chain chain, String name) throws IOException {
        DiskReadOptions reading = options.reading();
        FullFile full = FullFile.write(changes.prepare(name),
                folded.full(chain, FoldedChains.last(chain), FoldedDisks.last(chain).date(), FoldedDisks.chainId(chain),
                        reading).disk());
        // virtnbdrestore takes streams in the order of their files' times: later increments have to stay later
        Path last = chain.members().get(chain.members().size() - 1).file().path().orElseThrow();
        Files.setLastModifiedTime(full.path(), Files.getLastModifiedTime(last));
        return full;
    }

    private void small(String name, byte[] content) throws IOException {
        Path file = changes.prepare(name);
        FullFile.writeSmall(file, content);
        prepared.put(name, file);
    }

    private static Manifest with(Manifest manifest, List<ManifestEntry> streams) {
        List<ManifestEntry> entries = new ArrayList<>(streams);
        entries.addAll(manifest.artifacts());
        return new Manifest(manifest.domain(), manifest.level(), manifest.checkpoint(), manifest.parentCheckpoint(),
                manifest.date(), entries);
    }

    /** The new fulls are what the chains were, and whatever stays can be restored as before. */
    private void compare(SetFiles set, FoldPlan plan, FoldedDisks folded, ChangedStore changed) throws IOException {
        BackupDirectory after = BackupDirectory.read(changed).sound();
        for (Chain chain : plan.chains().values()) {
            Chain full = after.chain(chain.disk(), Until.checkpoint(FoldedChains.last(chain)));
            try (FoldedDisks written = FoldedDisks.open(List.of(full))) {
                ImageComparison.requireSame(directory + ", disk " + chain.disk() + " folded until " + plan.checkpoint(),
                        folded.content(chain.disk()), written.content(chain.disk()));
            }
        }
        for (Map.Entry<String, SetFiles.Stream> each : set.streams().entrySet()) {
            String disk = each.getValue().name().disk();
            if (!plan.dropped().contains(each.getKey()) && canBeRestored(set.directory(), disk, each.getValue().checkpoint())) {
                after.chain(disk, Until.checkpoint(each.getValue().checkpoint()));
            }
        }
    }

    private static boolean canBeRestored(BackupDirectory set, String disk, String checkpoint) {
        try {
            set.chain(disk, Until.checkpoint(checkpoint));
            return true;
        } catch (ChainException e) {
            return false;
        }
    }

    /** A backup that was delivered in the meantime can build on what is to go. */
    private void requireUnchanged(SetFiles before, FoldPlan plan) throws IOException {
        steps.before("look again");
        SetFiles now = SetFiles.read(store);
        FoldPlan again = FoldPlan.of(now, FoldedChains.of(now, Until.checkpoint(plan.checkpoint()), false));
        if (!again.dropped().equals(plan.dropped()) || !again.manifests().equals(plan.manifests())) {
            throw new ChainException(directory + " was changed while it was folded until " + plan.checkpoint()
                    + ", and is left as it is: expected " + before.streams().size() + " streams, found "
                    + now.streams().size());
        }
    }
}
