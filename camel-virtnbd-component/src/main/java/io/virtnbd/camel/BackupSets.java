/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.restore.StreamInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads directories with backups. */
final class BackupSets {

    private BackupSets() {
    }

    /**
     * The chains of the disks in a directory, each in restore order.
     *
     * @param disk  the only one to look at; null for all
     * @param until what to end with
     * @throws ChainException if there are no streams, or those of one disk do not make a chain
     */
    static List<Chain> chains(Path directory, String disk, Until until) throws IOException {
        BackupDirectory set = BackupDirectory.read(directory);
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
    static Chain chain(Path directory, String disk, Until until) throws IOException {
        return BackupDirectory.read(directory).chain(disk, until);
    }

    static List<StreamInput> inputs(Chain chain) {
        return chain.members().stream().map(member -> StreamInput.of(member.file())).toList();
    }
}
