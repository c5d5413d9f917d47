/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Sha256;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.verify.StreamReport;
import io.virtnbd.engine.verify.StreamVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks a directory with backups: that its streams make chains, that each stream is whole, and that its manifests are true.
 */
final class DirectoryVerifier {

    private final Path directory;
    private final Map<String, String> checksums = new HashMap<>();
    private final Set<String> checkpoints = new LinkedHashSet<>();

    DirectoryVerifier(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads every stream once, and reports.
     *
     * @param disk  the only one to look at, beside what belongs to the whole domain; null for all
     * @param until what to end with
     * @throws ChainException if streams do not make a chain, or a manifest does not fit
     * @throws IOException    if a stream is damaged or cannot be read; the message names the file
     */
    Map<String, Object> verify(String disk, Until until) throws IOException {
        Map<String, Object> disks = new LinkedHashMap<>();
        for (Chain chain : BackupSets.chains(directory, disk, until)) {
            List<Map<String, Object>> streams = new ArrayList<>();
            for (ChainMember member : chain.members()) {
                streams.add(verify(member));
            }
            disks.put(chain.disk(), streams);
        }
        List<String> manifests = new ArrayList<>();
        for (Path file : manifests()) {
            Manifest manifest = Manifest.read(file);
            verify(disk == null ? manifest : manifest.ofDisk(disk));
            manifests.add(file.getFileName().toString());
        }
        return Map.of("directory", directory.toString(), "disks", disks, "manifests", manifests);
    }

    private Map<String, Object> verify(ChainMember member) throws IOException {
        String name = member.file().fileName();
        StreamReport verified;
        try (InputStream stream = member.file().open()) {
            verified = StreamVerifier.verify(stream);
        } catch (IOException e) {
            throw new IOException(member.file() + ": " + e.getMessage(), e);
        }
        checksums.put(name, verified.sha256());
        checkpoints.add(member.metadata().checkpointName());
        Map<String, Object> report = Reports.of(verified);
        report.put("file", name);
        report.put("level", member.level().label());
        return report;
    }

    /** A manifest's name ends in its checkpoint; other JSON files are not ours to judge. */
    private List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .filter(file -> checkpoints.stream().anyMatch(checkpoint ->
                    file.getFileName().toString().endsWith("." + checkpoint + ".json"))).sorted().toList();
        }
    }

    private void verify(Manifest manifest) throws IOException {
        manifest.verify(directory, false);
        for (ManifestEntry entry : manifest.artifacts()) {
            String known = checksums.get(entry.name());
            if (entry.sha256() == null) {
                continue;
            }
            String found = known == null ? Sha256.of(directory.resolve(entry.name())) : known;
            if (!found.equals(entry.sha256())) {
                throw new ChainException(directory.resolve(entry.name()) + ": expected SHA-256 " + entry.sha256()
                        + " as in the manifest of " + manifest.checkpoint() + ", found " + found);
            }
        }
    }
}
