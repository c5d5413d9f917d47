/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes checkpoints of ours, never those of others. */
final class CheckpointCleaner {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointCleaner.class);

    private final LibvirtDomain domain;

    CheckpointCleaner(LibvirtDomain domain) {
        this.domain = domain;
    }

    /**
     * Deletes a checkpoint with its bitmaps; those of other checkpoints do not depend on them. Where its bitmaps are missing
     * or broken, what libvirt knows of it is all that there is to delete.
     *
     * @return false if there was none of that name
     * @throws LibvirtCallException if it cannot be deleted now, for example because the domain is off
     */
    boolean delete(String checkpoint) throws LibvirtCallException {
        try {
            return domain.deleteCheckpoint(checkpoint);
        } catch (LibvirtCallException e) {
            if (e.kind() != LibvirtCallException.Kind.CHECKPOINT_INCONSISTENT) {
                throw e;
            }
            LOG.info("{}: the bitmaps of checkpoint {} are missing or broken, it is forgotten without them", domain.name(),
                    checkpoint);
            return domain.forgetCheckpoint(checkpoint);
        }
    }

    /**
     * Deletes all checkpoints of a record that no later backup needs. What cannot be deleted now is logged, and is deleted after
     * a later backup.
     */
    void prune(BackupRecord record) {
        Set<String> needed = record.chain().map(CommittedChain::needed).orElse(Set.of());
        try {
            for (String checkpoint : domain.checkpoints()) {
                if (record.owns(checkpoint) && !needed.contains(checkpoint)) {
                    pruneOne(checkpoint);
                }
            }
        } catch (LibvirtCallException e) {
            LOG.warn("{}: checkpoints that are no longer needed could not be deleted, the next backup tries again: {}",
                    domain.name(), e.getMessage());
        }
    }

    /** One that cannot be deleted must not keep the others. */
    private void pruneOne(String checkpoint) throws LibvirtCallException {
        try {
            delete(checkpoint);
            LOG.debug("{}: checkpoint {} is no longer needed and was deleted", domain.name(), checkpoint);
        } catch (LibvirtCallException e) {
            if (e.kind() == LibvirtCallException.Kind.CONNECTION) {
                throw e;
            }
            LOG.warn("{}: checkpoint {}, which is no longer needed, could not be deleted, the next backup tries again: {}",
                    domain.name(), checkpoint, e.getMessage());
        }
    }
}
