/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupTree;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Until;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks every directory with backups in and below a directory, each on its own. */
final class TreeVerifier {

    private final Path directory;
    private final Map<String, Map<String, Object>> verified = new LinkedHashMap<>();
    private final Map<String, Exception> failures = new LinkedHashMap<>();

    TreeVerifier(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads every stream once, whatever is wrong with others, and reports with a summary for each directory: the streams of a
     * large store are too many to list.
     *
     * @throws DamagedBackupsException if something is wrong in at least one directory
     * @throws ChainException          if there are no backups at all
     * @throws IOException             if the directory cannot be listed
     */
    Map<String, Object> verify() throws IOException {
        BackupTree tree = BackupTree.read(directory);
        if (tree.directories().isEmpty() && tree.unreadable().isEmpty()) {
            throw new ChainException(directory + ": expected directories with backups below, found none");
        }
        tree.unreadable().forEach((path, failure) -> failures.put(path.toString(), failure));
        for (Path set : tree.directories()) {
            try {
                verified.put(set.toString(), summary(new DirectoryVerifier(set).verify(null, Until.NEWEST)));
            } catch (IOException | RuntimeException e) {
                failures.put(set.toString(), e);
            }
        }
        if (!failures.isEmpty()) {
            throw new DamagedBackupsException(directory.toString(), verified, failures);
        }
        return Map.of("directory", directory.toString(), "verified", verified, "failed", Map.of());
    }

    private static Map<String, Object> summary(Map<String, Object> report) {
        Map<?, ?> disks = (Map<?, ?>) report.get("disks");
        long streams = 0;
        long bytes = 0;
        for (Object disk : disks.values()) {
            for (Object stream : (List<?>) disk) {
                streams++;
                bytes += (Long) ((Map<?, ?>) stream).get("streamBytes");
            }
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("disks", List.copyOf(disks.keySet()));
        summary.put("streams", streams);
        summary.put("streamBytes", bytes);
        summary.put("manifests", report.get("manifests"));
        return summary;
    }
}
