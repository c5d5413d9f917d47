/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What there was in a directory when it was read.
 *
 * @param store     where it is
 * @param files     all files directly in it, in alphabetical order
 * @param manifests those of its backups
 * @param complete  which of its backups are
 * @param streams   those that count
 * @param times     of its backups
 * @param lost      what it has lost
 */
record DirectoryContent(BackupStore store, List<StoredFile> files, Manifests manifests, CompleteBackups complete,
        StreamsByDisk streams, BackupTimes times, LostBackups lost) {

    /**
     * Lists it, and reads the manifests and the metadata of the streams.
     *
     * @throws ChainException if a change of the directory was begun and is not over
     * @throws IOException    if it cannot be listed
     */
    static DirectoryContent read(BackupStore store) throws IOException {
        List<StoredFile> files = List.copyOf(store.files());
        Set<String> names = files.stream().map(StoredFile::name).collect(Collectors.toSet());
        if (names.contains(BackupDirectory.CHANGES)) {
            throw new ChainException(store.name() + ": expected backups that nobody changes, found " + BackupDirectory.CHANGES
                    + ": they are being folded or pruned, or a run that did so was interrupted; the next synthesize in place or"
                    + " retention of the directory finishes it");
        }
        Manifests manifests = Manifests.read(files);
        CompleteBackups complete = new CompleteBackups(manifests, names);
        StreamsByDisk streams = StreamsByDisk.read(files, complete);
        return new DirectoryContent(store, files, manifests, complete, streams, new BackupTimes(streams.all()),
                LostBackups.of(files, names, manifests, streams));
    }

    /** @throws ChainException if there are manifests of several domains, which have no disk in common */
    void requireOneDomain() throws ChainException {
        manifests.requireOneDomain(store.name());
    }

    /** @throws ChainException if there are streams of no disk or of several */
    String onlyDisk() throws ChainException {
        if (streams.disks().size() != 1) {
            throw new ChainException(store.name() + ": expected streams of one disk, found " + describeDisks()
                    + (streams.disks().isEmpty() ? "" : "; name one of them"));
        }
        return streams.disks().first();
    }

    /** @throws ChainException if there are no streams of the disk */
    void requireDisk(String disk) throws ChainException {
        if (!streams.disks().contains(disk)) {
            throw new ChainException(ChainException.Fault.ABSENT, store.name() + ": expected streams of disk '" + disk + "', found "
                    + describeDisks());
        }
    }

    private String describeDisks() {
        return streams.disks().isEmpty() ? "no streams" : "disks " + String.join(", ", streams.disks());
    }
}
