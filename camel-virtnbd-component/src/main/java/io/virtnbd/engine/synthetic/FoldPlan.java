/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.CheckpointNumber;
import io.virtnbd.chain.ChecksumFile;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.engine.synthetic.SetFiles.Stream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What becomes of the files of a set when its chains are folded where they are. A disk that had no part in the last backup that
 * is folded has a full with the checkpoint of its own last one, on which its next increment builds.
 *
 * @param checkpoint    until which it is folded
 * @param chains        that become new fulls, by disk; empty where there is nothing to fold
 * @param dropped       streams that go: those that are folded, and older ones that need them
 * @param manifests     that are written anew, by the names of their files: without the streams that go, and without the new ones
 * @param goneManifests names of the files of manifests that go
 * @param goneFiles     other files of backups that go
 */
record FoldPlan(String checkpoint, Map<String, Chain> chains, Set<String> dropped, Map<String, Manifest> manifests,
                Set<String> goneManifests, Set<String> goneFiles) {

    /** @throws ChainException if a backup that is newer than the checkpoint does not build on it, and would be lost */
    static FoldPlan of(SetFiles set, FoldedChains folded) throws ChainException {
        Map<String, Chain> chains = new LinkedHashMap<>();
        Set<String> dropped = new TreeSet<>();
        folded.chains().forEach((disk, chain) -> {
            if (FoldedChains.layers(chain) > 1) {
                chains.put(disk, chain);
                chain.members().forEach(member -> dropped.add(member.file().name()));
            }
        });
        if (chains.isEmpty()) {
            return new FoldPlan(folded.checkpoint(), chains, dropped, Map.of(), Set.of(), Set.of());
        }
        for (Map.Entry<String, Stream> each : set.streams().entrySet()) {
            Chain chain = folded.chains().get(each.getValue().name().disk());
            boolean member = chain != null && chain.members().stream().anyMatch(one -> one.file().name().equals(each.getKey()));
            if (chain != null && !member && !buildsOn(set, each.getValue(), FoldedChains.last(chain))) {
                requireOlder(set, each.getKey(), each.getValue(), folded.checkpoint());
                dropped.add(each.getKey());
            }
        }
        Set<String> ends = new HashSet<>();
        folded.chains().values().forEach(chain -> ends.add(FoldedChains.last(chain)));
        return withManifests(set, folded.checkpoint(), chains, dropped, ends);
    }

    private static boolean buildsOn(SetFiles set, Stream stream, String checkpoint) {
        Map<String, List<Stream>> made = set.byCheckpoint(stream.name().disk());
        Set<String> visited = new HashSet<>();
        for (String parent = stream.metadata().parentCheckpoint(); visited.add(parent);) {
            if (parent.equals(checkpoint)) {
                return true;
            }
            parent = made.getOrDefault(parent, List.of()).stream().findFirst()
                    .map(next -> next.metadata().parentCheckpoint()).orElse("");
        }
        return false;
    }

    /** The reference names a differential like the increment after it, so that the same number is older too. */
    private static void requireOlder(SetFiles set, String file, Stream stream, String checkpoint) throws ChainException {
        if (stream.name().level().isBase()) {
            throw new ChainException(set.store().name() + " is not folded until " + checkpoint
                    + ": expected one chain, found another one that begins with " + file);
        }
        OptionalInt age = CheckpointNumber.compare(stream.checkpoint(), checkpoint);
        if (age.isEmpty() || age.getAsInt() > 0 || age.getAsInt() == 0 && !stream.isDifferential()) {
            throw new ChainException(set.store().name() + " is not folded until " + checkpoint + ": " + file
                    + " is newer and builds on '" + stream.metadata().parentCheckpoint() + "', which would go");
        }
    }

    /**
     * A manifest tells which streams count, so that of each end of a chain there has to be one. What is left of it is a full.
     *
     * @param ends checkpoints with which chains end
     */
    private static FoldPlan withManifests(SetFiles set, String checkpoint, Map<String, Chain> chains, Set<String> dropped,
            Set<String> ends) {
        Map<String, Manifest> anew = new TreeMap<>();
        Set<String> gone = new TreeSet<>();
        for (Map.Entry<String, Manifest> each : set.manifests().entrySet()) {
            Manifest manifest = each.getValue();
            boolean affected = manifest.artifacts().stream().anyMatch(entry -> dropped.contains(entry.name()));
            if (affected && ends.contains(manifest.checkpoint())) {
                anew.put(each.getKey(), new Manifest(manifest.domain(), "full", manifest.checkpoint(), "", manifest.date(),
                        manifest.artifacts().stream().filter(entry -> !dropped.contains(entry.name())).toList()));
            } else if (affected) {
                gone.add(each.getKey());
            }
        }
        Set<String> files = new TreeSet<>();
        for (String name : gone) {
            set.manifests().get(name).artifacts().stream().map(ManifestEntry::name).forEach(files::add);
        }
        set.manifests().forEach((name, manifest) -> {
            if (!gone.contains(name)) {
                manifest.artifacts().stream().map(ManifestEntry::name).filter(file -> !dropped.contains(file))
                        .forEach(files::remove);
            }
        });
        for (String file : new ArrayList<>(files)) {
            if (set.streams().containsKey(file)) {
                dropped.add(file);
                files.remove(file);
            }
        }
        return new FoldPlan(checkpoint, chains, dropped, anew, gone, files);
    }

    /** The name of the new full of a disk. */
    static String fullOf(String disk) {
        return BackupFileNames.stream(disk, Level.FULL, "", 0);
    }

    /**
     * The files that go, in the order in which they go: manifests and what builds on others first.
     *
     * @param replaced names of files that are replaced, and stay
     */
    List<String> deletions(SetFiles set, Set<String> replaced) {
        Set<String> result = new LinkedHashSet<>(goneManifests);
        List<String> streams = new ArrayList<>(dropped);
        streams.sort((one, other) -> CheckpointNumber.compare(set.streams().get(other).checkpoint(),
                set.streams().get(one).checkpoint()).orElse(0));
        for (String stream : streams) {
            result.add(stream);
            result.add(stream + ChecksumFile.SUFFIX);
        }
        result.addAll(goneFiles);
        result.removeIf(name -> replaced.contains(name) || !set.files().containsKey(name));
        return List.copyOf(result);
    }

    /** The manifest that is to list the new full of a disk; empty where the set has none. */
    Optional<String> manifestOf(Chain chain) {
        String end = FoldedChains.last(chain);
        return manifests.entrySet().stream().filter(each -> each.getValue().checkpoint().equals(end)).map(Map.Entry::getKey)
                .findFirst();
    }
}
