/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainCheck;
import java.io.IOException;
import java.util.List;

/**
 * What a request means of the backups in a place.
 *
 * @param set    the backup set
 * @param chains one for each disk, in restore order
 */
record ChainSelection(BackupDirectory set, List<Chain> chains) {

    /** The one chain to restore to one target. */
    Chain only() {
        if (chains.size() != 1) {
            throw new IllegalStateException("expected one chain, found " + chains.size());
        }
        return chains.get(0);
    }

    /** Checks all of them, before anything is written. */
    ChainSelection checked(RestoreCheck check) throws IOException {
        if (check == RestoreCheck.full) {
            ChainCheck.full(set, chains);
            return this;
        }
        ChainCheck.structure(set, chains);
        return new ChainSelection(set, ChainCheck.whileRead(set, chains));
    }
}
