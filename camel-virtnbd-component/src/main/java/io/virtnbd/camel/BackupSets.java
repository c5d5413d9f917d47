/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads directories with backups. */
final class BackupSets {

    private BackupSets() {
    }

    /**
     * The chains of the disks in a directory, each in restore order.
     *
     * @param disk  the only one to look at; null for all
     * @param until checkpoint to end with; null for the newest
     * @throws ChainException if there are no streams, or those of one disk do not make a chain
     */
    static List<Chain> chains(Path directory, String disk, String until) throws IOException {
        return chains(BackupDirectory.read(directory), disk, until);
    }

    /** The same for any store. */
    static List<Chain> chains(BackupStore store, String disk, String until) throws IOException {
        return chains(read(store), disk, until);
    }

    private static List<Chain> chains(BackupDirectory set, String disk, String until) throws ChainException {
        if (disk != null || set.disks().isEmpty()) {
            return List.of(set.chain(disk, until));
        }
        List<Chain> chains = new ArrayList<>();
        for (String each : set.disks()) {
            chains.add(set.chain(each, until));
        }
        return chains;
    }

    /** The one chain to restore to one target. */
    static Chain chain(Path directory, String disk, String until) throws IOException {
        return BackupDirectory.read(directory).chain(disk, until);
    }

    /** The same for any store. */
    static Chain chain(BackupStore store, String disk, String until) throws IOException {
        return read(store).chain(disk, until);
    }

    /** What is no directory is told apart from one that is empty. */
    private static BackupDirectory read(BackupStore store) throws IOException {
        Optional<Path> directory = store.path("");
        return directory.isPresent() ? BackupDirectory.read(directory.get()) : BackupDirectory.read(store);
    }

    static List<StreamInput> inputs(Chain chain) {
        return chain.members().stream().map(member -> StreamInput.of(member.file())).toList();
    }
}
