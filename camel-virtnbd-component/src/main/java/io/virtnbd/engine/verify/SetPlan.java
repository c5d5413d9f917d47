/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.chain.Until;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which streams of a set are verified, in which order: the chain of each disk, then what is beside it, which are older
 * differentials and increments that others have replaced. Where no chain can be made, what its streams are is still to be seen,
 * each on its own.
 */
final class SetPlan {

    private final BackupDirectory set;
    private final SetFiles files;
    private final VerifyOptions options;
    private final Problems problems;
    private final Map<String, PlannedStream> streams = new LinkedHashMap<>();
    private final Set<String> disks = new TreeSet<>();
    private final Set<String> checkpoints = new HashSet<>();
    private String chainId = "";

    private SetPlan(BackupDirectory set, SetFiles files, VerifyOptions options, Problems problems) {
        this.set = set;
        this.files = files;
        this.options = options;
        this.problems = problems;
    }

    /**
     * What does not fit is a problem, and no exception.
     *
     * @throws ChainException if what to end with is in none of the chains
     */
    static SetPlan of(BackupDirectory set, SetFiles files, VerifyOptions options, Problems problems) throws ChainException {
        SetPlan plan = new SetPlan(set, files, options, problems);
        try {
            set.requireOneDomain();
            plan.addChains();
        } catch (ChainException e) {
            if (e.fault() == ChainException.Fault.ABSENT) {
                throw e;
            }
            problems.addOfSet(e);
        }
        if (options.isOfAll() || plan.streams.isEmpty()) {
            plan.addOthers();
        }
        return plan;
    }

    private void addChains() throws ChainException {
        ChainException absent = null;
        for (String disk : set.disks()) {
            if (options.concerns(disk)) {
                try {
                    add(set.chain(disk, options.until()));
                    disks.add(disk);
                    if (options.isOfAll()) {
                        addOtherPoints(disk);
                    }
                } catch (ChainException e) {
                    if (isDamage(e, disk)) {
                        disks.add(disk);
                        problems.addOfSet(e);
                    } else {
                        absent = e; // a disk that came later has no part in it
                    }
                }
            }
        }
        if (absent != null && disks.isEmpty()) {
            throw absent;
        }
    }

    /** Rather than a wrong question. */
    private boolean isDamage(ChainException failure, String disk) {
        String checkpoint = options.until().checkpoint().orElse("");
        return options.isOfAll() || failure.fault() != ChainException.Fault.ABSENT
                || set.brokenManifests().keySet().stream().anyMatch(name -> name.endsWith("." + checkpoint + ".json"))
                || files.manifests().values().stream().anyMatch(manifest -> manifest.checkpoint().equals(checkpoint)
                        && manifest.artifacts().stream().anyMatch(entry -> disk.equals(entry.disk())));
    }

    private void addChain(String disk, Until until) {
        try {
            add(set.chain(disk, until));
        } catch (ChainException e) {
            problems.addOfSet(e);
        }
    }

    private void add(Chain chain) {
        for (ChainMember member : chain.members()) {
            checkpoints.add(member.metadata().checkpointName());
            chainId = chainId.isEmpty() ? member.metadata().chainId() : chainId;
            streams.putIfAbsent(member.file().name(), PlannedStream.of(member, chain.disk()));
        }
    }

    /** Each backup with a manifest is a point in time to restore. The newest first: its chain has others. */
    private void addOtherPoints(String disk) {
        List<Manifest> manifests = new ArrayList<>(files.manifests().values());
        manifests.sort(Comparator.comparing(Manifest::date).reversed());
        for (Manifest manifest : manifests) {
            boolean other = manifest.artifacts().stream().anyMatch(entry -> disk.equals(entry.disk())
                    && !streams.containsKey(entry.name()) && BackupFileNames.parse(entry.name()).isPresent());
            if (other && !checkpoints.contains(manifest.checkpoint())) {
                addChain(disk, Until.checkpoint(manifest.checkpoint()));
            }
        }
    }

    /** Without what backups left behind whose delivery failed: no manifest lists it. */
    private void addOthers() {
        Set<String> listed = files.manifests().values().stream().flatMap(manifest -> manifest.artifacts().stream())
                .map(entry -> entry.name()).collect(Collectors.toSet());
        for (StoredFile file : files.all()) {
            Optional<StreamFileName> name = BackupFileNames.parse(file.name());
            if (name.isPresent() && options.concerns(name.get().disk()) && (listed.isEmpty() || listed.contains(file.name()))) {
                disks.add(name.get().disk());
                name.get().checkpoint().ifPresent(checkpoints::add);
                streams.putIfAbsent(file.name(), PlannedStream.of(file, name.get()));
            }
        }
    }

    /** In alphabetical order. */
    Set<String> disks() {
        return disks;
    }

    /** Of the streams; empty where none has one. */
    String chainId() {
        return chainId;
    }

    Collection<PlannedStream> streams() {
        return streams.values();
    }

    /** Those that are to be true, by file name. */
    Map<String, Manifest> manifests() {
        Map<String, Manifest> manifests = new LinkedHashMap<>(files.manifests());
        if (!options.isOfAll()) {
            manifests.values().removeIf(manifest -> !checkpoints.contains(manifest.checkpoint()));
        }
        return manifests;
    }

    /** Names that only the manifests of these streams have, of files that are none, and why. */
    Map<String, IOException> brokenManifests() {
        Map<String, IOException> broken = new LinkedHashMap<>(set.brokenManifests());
        broken.keySet().removeIf(name -> checkpoints.stream().noneMatch(checkpoint -> name.endsWith("." + checkpoint + ".json")));
        return broken;
    }

    /** Whether the file is one of the streams. */
    boolean has(String file) {
        return streams.containsKey(file);
    }
}
