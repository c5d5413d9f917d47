/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.StreamFileName;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The files of a set, as they were when they were listed.
 *
 * @param store     where they are
 * @param directory the chains in it
 * @param files     all files in it and below, by their names
 * @param manifests by the names of their files
 * @param streams   that count, by the names of their files
 */
record SetFiles(BackupStore store, BackupDirectory directory, Map<String, StoredFile> files, Map<String, Manifest> manifests,
                Map<String, Stream> streams) {

    /** A file with a stream. */
    record Stream(StreamFileName name, StreamMetadata metadata) {

        String checkpoint() {
            return metadata.checkpointName();
        }

        boolean isDifferential() {
            return name.level() == Level.DIFF;
        }
    }

    /**
     * Lists a set.
     *
     * @throws ChainException if a stream that counts cannot be read, or a manifest of one is damaged
     */
    static SetFiles read(BackupStore store) throws IOException {
        BackupDirectory directory = BackupDirectory.read(store).sound();
        Map<String, StoredFile> files = new TreeMap<>();
        Map<String, Manifest> manifests = directory.manifests();
        for (StoredFile file : store.tree()) {
            files.put(file.name(), file);
        }
        Set<String> complete = manifests.values().stream().map(Manifest::checkpoint).collect(Collectors.toSet());
        Map<String, Stream> streams = new TreeMap<>();
        for (StoredFile file : files.values()) {
            Optional<StreamFileName> name = BackupFileNames.parse(file.name());
            if (name.isPresent()) {
                boolean left = !complete.isEmpty() && name.get().checkpoint().isPresent()
                        && !complete.contains(name.get().checkpoint().get());
                Stream stream = left ? null : new Stream(name.get(), metadata(file));
                if (stream != null && (complete.isEmpty() || complete.contains(stream.checkpoint()))) {
                    streams.put(file.name(), stream);
                }
            }
        }
        return new SetFiles(store, directory, files, manifests, streams);
    }

    private static StreamMetadata metadata(StoredFile file) throws IOException {
        try (InputStream stream = file.open(); SparseStreamReader reader = SparseStreamReader.open(stream)) {
            return reader.metadata();
        } catch (IOException e) {
            throw new ChainException(file + ": expected a sparse stream, found none that can be read: " + e.getMessage(), e);
        }
    }

    /** The manifest of the backup that made a checkpoint, where there is one. */
    Optional<Manifest> manifest(String checkpoint) {
        return manifests.values().stream().filter(manifest -> manifest.checkpoint().equals(checkpoint)).findFirst();
    }

    /** The domain that the backups are of; empty where nothing says it. */
    Optional<String> domain() throws ChainException {
        Set<String> domains = manifests.values().stream().map(Manifest::domain).collect(Collectors.toSet());
        if (domains.size() > 1) {
            throw new ChainException(store.name() + ": expected backups of one domain, found "
                    + domains.stream().sorted().collect(Collectors.joining(", ")));
        }
        return domains.stream().findFirst().or(() -> files.keySet().stream()
                .filter(name -> name.endsWith(".cpt") && !name.contains("/"))
                .map(name -> name.substring(0, name.length() - ".cpt".length())).findFirst());
    }

    /** Whether a disk has a part in the backup that made a checkpoint. */
    boolean has(String disk, String checkpoint) {
        return streams.values().stream()
                .anyMatch(stream -> stream.name().disk().equals(disk) && stream.checkpoint().equals(checkpoint));
    }

    /** Streams of a disk, by the checkpoint that they made; differentials excepted. */
    Map<String, List<Stream>> byCheckpoint(String disk) {
        Map<String, List<Stream>> result = new LinkedHashMap<>();
        streams.values().stream().filter(stream -> stream.name().disk().equals(disk) && !stream.isDifferential())
                .forEach(stream -> result.computeIfAbsent(stream.checkpoint(), any -> new ArrayList<>()).add(stream));
        return result;
    }
}
