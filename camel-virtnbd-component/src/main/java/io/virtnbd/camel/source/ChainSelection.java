/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.source;

import io.virtnbd.camel.option.RestoreCheck;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainCheck;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a request means of the backups in a place.
 *
 * @param set    the backup set
 * @param chains one for each disk, in restore order
 */
public record ChainSelection(BackupDirectory set, List<Chain> chains) {

    private static final Logger LOG = LoggerFactory.getLogger(ChainSelection.class);

    /** The one chain to restore to one target. */
    public Chain only() {
        if (chains.size() != 1) {
            throw new IllegalStateException("expected one chain, found " + chains.size());
        }
        return chains.get(0);
    }

    /**
     * Checks all of them, before anything is written.
     *
     * @return the chains to restore, whose streams check themselves while they are read where that was not done yet
     * @throws IOException if one cannot be restored as it is
     */
    public ChainSelection checked(RestoreCheck check) throws IOException {
        warn(check);
        if (check == RestoreCheck.full) {
            ChainCheck.full(set, chains);
            return this;
        }
        ChainCheck.structure(set, chains);
        return new ChainSelection(set, ChainCheck.whileRead(set, chains));
    }

    /** Once for each restore, whatever the number of its streams. */
    private void warn(RestoreCheck check) {
        List<String> without = ChainCheck.withoutChecksum(set, chains);
        if (!without.isEmpty()) {
            LOG.warn("{}: {} of its streams to restore, {} among them, have no checksum in a manifest: whether their content is what"
                    + " was backed up cannot be checked{}", set.store().name(), without.size(), without.get(0),
                    check == RestoreCheck.full ? ", unless a file of checksums of virtnbdbackup is beside them" : "");
        }
    }
}
