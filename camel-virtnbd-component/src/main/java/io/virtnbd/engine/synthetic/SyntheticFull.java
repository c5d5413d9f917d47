/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainCheck;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A chain folded into one full, as a backup that can be delivered anywhere. It has the checkpoint, the date and the side files of
 * the last backup that is folded, whose increments fit on it. What can end a chain but cannot go on (a differential, a copy)
 * becomes a copy. Nothing is changed where the chain is, so there is nothing to commit. Safe for use by several threads.
 */
public final class SyntheticFull implements RunningBackup {

    private final FoldedDisks folded;
    private final BackupDescription description;
    private final List<BackedUpDisk> disks;
    private final List<SideFile> sideFiles;

    private SyntheticFull(FoldedDisks folded, BackupDescription description, List<BackedUpDisk> disks,
            List<SideFile> sideFiles) {
        this.folded = folded;
        this.description = description;
        this.disks = List.copyOf(disks);
        this.sideFiles = List.copyOf(sideFiles);
    }

    /**
     * Checks the chains and plans their fulls.
     *
     * @param store the set, all of its files in this place
     * @throws ChainException if streams do not make a chain, a stream is damaged, or the set is of another domain
     * @throws IOException    if they cannot be read
     */
    public static SyntheticFull open(BackupStore store, FoldOptions options) throws IOException {
        SetFiles set = SetFiles.read(store);
        String domain = domain(set, options);
        FoldedChains chains = FoldedChains.of(set, options.until(), true);
        // damage must not be folded into a full whose checksums are right
        ChainCheck.full(set.directory(), chains.chains().values());
        FoldedDisks folded = FoldedDisks.open(chains.chains().values());
        try {
            return plan(set, domain, chains, folded, options);
        } catch (IOException | RuntimeException | Error e) {
            folded.close();
            throw e;
        }
    }

    private static SyntheticFull plan(SetFiles set, String domain, FoldedChains chains, FoldedDisks folded,
            FoldOptions options) throws IOException {
        String checkpoint = chains.checkpoint();
        Level level = chains.canGoOn() ? Level.FULL : Level.COPY;
        List<BackedUpDisk> disks = new ArrayList<>();
        int backups = 0;
        // also of disks that had no part in the last backup: the date of a stream is that of its manifest
        String date = set.manifest(checkpoint).map(Manifest::date).orElseGet(() -> chains.chains().values().stream()
                .map(chain -> FoldedDisks.last(chain).date()).max(Comparator.naturalOrder()).orElseThrow());
        for (Chain chain : chains.chains().values()) {
            // what nothing can build on is no part of the chain that it comes from
            String chainId = level == Level.FULL ? FoldedDisks.chainId(chain) : date;
            DiskBackup backup = folded.full(chain, checkpoint, date, chainId, options.reading());
            int layers = FoldedChains.layers(chain);
            disks.add(new BackedUpDisk(backup, StreamFileName.of(chain.disk(), level, checkpoint, 0), level,
                    "folded from " + layers + " backups until " + FoldedChains.last(chain)));
            backups = Math.max(backups, layers);
        }
        String reason = "folded from the " + backups + " backups of a chain until " + checkpoint;
        return new SyntheticFull(folded, new BackupDescription(domain, level, reason, checkpoint, "", checkpoint, date,
                Optional.empty()), disks, SideFilesOf.checkpoint(set, checkpoint, chains.chains().keySet()));
    }

    static String domain(SetFiles set, FoldOptions options) throws ChainException {
        Optional<String> found = set.domain();
        Optional<String> expected = options.domain();
        if (found.isPresent() && expected.isPresent() && !found.equals(expected)) {
            throw new ChainException(set.store().name() + ": expected backups of domain " + expected.get() + ", found those of "
                    + found.get());
        }
        return found.or(() -> expected).orElseThrow(() -> new ChainException(set.store().name()
                + ": expected a manifest that names the domain of the backups, found none; name it in the endpoint, as in"
                + " virtnbd:synthesize:vm1"));
    }

    @Override
    public BackupDescription description() {
        return description;
    }

    @Override
    public List<BackedUpDisk> disks() {
        return disks;
    }

    @Override
    public List<SideFile> sideFiles() {
        return sideFiles;
    }

    @Override
    public void commit() {
    }

    @Override
    public void close() throws IOException {
        folded.close();
    }
}
