/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out what the files of one directory are backups of, and reads as little as that needs. */
final class SetReader {

    private static final Pattern NUMBERED_JSON = Pattern.compile("(?<stem>.+)\\.[0-9]+\\.json");
    private static final Pattern DOMAIN_XML = Pattern.compile("vmconfig\\..+\\.xml");
    private static final String CHECKPOINTS = ".cpt";

    private final BackupStore store;
    private final String path;
    private final List<StoredFile> files;

    /** @param files all files in it; their names can be relative to a directory above */
    SetReader(BackupStore store, String path, List<StoredFile> files) {
        this.store = store;
        this.path = path;
        this.files = files;
    }

    /** Empty where these are no backups. */
    Optional<BackupSet> read() throws IOException {
        boolean streams = files.stream().anyMatch(file -> BackupFileNames.parse(file.fileName()).isPresent());
        Set<String> domains = domainsOfManifests();
        if (!streams && domains.isEmpty()) {
            return Optional.empty();
        }
        if (domains.isEmpty()) {
            files.stream().map(StoredFile::fileName).filter(name -> name.endsWith(CHECKPOINTS))
                    .forEach(name -> domains.add(name.substring(0, name.length() - CHECKPOINTS.length())));
        }
        if (domains.isEmpty()) {
            for (StoredFile file : files) {
                if (DOMAIN_XML.matcher(file.fileName()).matches()) {
                    DomainXmlName.read(file).ifPresent(domains::add);
                }
            }
        }
        return Optional.of(new BackupSet(store, path, List.copyOf(domains), chains(), Optional.empty()));
    }

    /** One manifest for each beginning of their names is enough: what follows is the checkpoint's number. */
    private Set<String> domainsOfManifests() throws IOException {
        Set<String> domains = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>();
        for (StoredFile file : files) {
            Matcher name = NUMBERED_JSON.matcher(file.fileName());
            String stem = name.matches() ? name.group("stem") : file.fileName();
            if (isManifest(file) && !seen.contains(stem)) {
                try {
                    domains.add(Manifest.read(file).domain());
                    seen.add(stem);
                } catch (ChainException e) {
                    continue; // where streams are beside it, they are what makes the directory one
                }
            }
        }
        return domains;
    }

    private static boolean isManifest(StoredFile file) {
        return file.fileName().endsWith(".json") && !file.fileName().endsWith(".qcow.json");
    }

    /** The name of each chain in the directory: the lowest checkpoint of its fulls and copies. */
    private List<String> chains() throws IOException {
        Map<String, List<StreamFile>> bases = new LinkedHashMap<>();
        Map<String, Integer> perDisk = new LinkedHashMap<>();
        Set<StreamFileName> seen = new LinkedHashSet<>();
        for (StoredFile file : files) {
            Optional<StreamFileName> name = BackupFileNames.parse(file.fileName()).filter(each -> each.level().isBase());
            if (name.isPresent() && seen.add(StreamFileName.of(name.get().disk(), name.get().level(), "", 0))) {
                StreamFile stream = StreamFile.read(file, name.get());
                if (stream.failure() == null) {
                    perDisk.merge(name.get().disk(), 1, Integer::sum);
                    bases.computeIfAbsent(stream.metadata().chainId(), id -> new ArrayList<>()).add(stream);
                }
            }
        }
        boolean several = perDisk.values().stream().anyMatch(count -> count > 1);
        Set<String> chains = new LinkedHashSet<>();
        bases.forEach((id, streams) -> {
            List<String> checkpoints = streams.stream().map(StreamFile::checkpoint)
                    .sorted(Comparator.comparingLong(each -> CheckpointNumber.of(each).orElse(-1))).toList();
            chains.addAll(id.isEmpty() && several ? checkpoints : checkpoints.subList(0, 1));
        });
        return List.copyOf(chains);
    }

    /** Of the newest backup in a set: what its last manifest says or, where there is none, its streams. */
    static BackupAge age(BackupSet set) throws IOException {
        List<StoredFile> manifests = set.store().files().stream().filter(SetReader::isManifest)
                .sorted(Comparator.comparingLong((StoredFile file) -> -number(file))).toList();
        for (StoredFile file : manifests) {
            try {
                Manifest manifest = Manifest.read(file);
                return new BackupAge(manifest.checkpoint(), BackupTimes.parse(manifest.date()));
            } catch (ChainException e) {
                continue; // a file of somebody else; that a manifest is damaged is said where the set is read
            }
        }
        return set.directory().ages().stream()
                .max(Comparator.comparingLong(each -> CheckpointNumber.of(each.checkpoint()).orElse(-1)))
                .orElse(new BackupAge("", Optional.empty()));
    }

    private static long number(StoredFile file) {
        return CheckpointNumber.of(file.fileName().substring(0, file.fileName().length() - ".json".length())).orElse(-1);
    }
}
