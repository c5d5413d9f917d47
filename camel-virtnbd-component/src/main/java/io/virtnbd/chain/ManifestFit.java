/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether streams are those that a manifest lists, and of the backup that it tells of. */
final class ManifestFit {

    private final Manifest manifest;
    private final Set<String> names;

    /** @param names of all files in the manifest's directory */
    ManifestFit(Manifest manifest, Set<String> names) {
        this.manifest = manifest;
        this.names = names;
    }

    /**
     * The levels of single disks can be others than that of the backup, but there is no increment in a full. The parents of
     * disks that were left out before are others, too.
     *
     * @throws ChainException if a stream of the disk is missing, is not listed, or is of another backup
     */
    void check(String disk, Layer layer) throws ChainException {
        Set<String> listed = manifest.artifacts().stream().map(ManifestEntry::name)
                .filter(name -> BackupFileNames.parse(name).map(stream -> stream.disk().equals(disk)).orElse(false))
                .collect(Collectors.toCollection(TreeSet::new));
        for (StreamFile file : layer.files()) {
            if (!listed.contains(file.fileName())) {
                throw new ChainException(file.fileName() + ": expected a stream that the manifest of " + layer.checkpoint()
                        + " lists, found in it " + (listed.isEmpty() ? "none of disk " + disk : names(listed)));
            }
            checkMetadata(file);
        }
        layer.files().forEach(file -> listed.remove(file.fileName()));
        for (String lost : listed) {
            throw new ChainException("disk " + disk + ": expected the stream " + lost + " of checkpoint '" + layer.checkpoint()
                    + "' that its manifest lists, found " + (names.contains(lost) ? "a stream of another one under that name"
                            : "no such file"));
        }
    }

    private void checkMetadata(StreamFile file) throws ChainException {
        String date = file.metadata().date();
        if (!date.isEmpty() && !date.equals(manifest.date())) {
            throw new ChainException(file.fileName() + ": expected a stream of " + manifest.date() + " as the manifest of "
                    + manifest.checkpoint() + " says, found one of " + date);
        }
        if (manifest.parentCheckpoint().isEmpty() && file.metadata().incremental()) {
            throw new ChainException(file.fileName() + ": expected a " + manifest.level() + " as the manifest of "
                    + manifest.checkpoint() + " says, found a stream that builds on '" + file.parent() + "'");
        }
    }

    /** Segments can be thousands. */
    private static String names(Set<String> listed) {
        return listed.stream().limit(3).collect(Collectors.joining(", ")) + (listed.size() > 3 ? ", …" : "");
    }
}
