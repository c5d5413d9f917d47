/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Which streams of a directory belong to backups that are complete. A backup whose delivery failed leaves streams behind that
 * look whole, and has no manifest: where there are manifests, streams of checkpoints that have none do not count. Checkpoints'
 * numbers are never used again, so no other backup can have such a one. A directory without manifests, as virtnbdbackup writes
 * it, has nothing to go by, and all of its streams count.
 */
final class CompleteBackups {

    private final Manifests manifests;
    private final Set<String> names;

    /** @param names of all files in the directory */
    CompleteBackups(Manifests manifests, Set<String> names) {
        this.manifests = manifests;
        this.names = names;
    }

    /**
     * Whether a stream belongs to a complete backup.
     *
     * @throws ChainException if a file has the name of its manifest and is none, or that of another backup: without it that
     *                        cannot be told; or if a manifest lists a stream of another checkpoint under this name
     */
    boolean has(StreamFile stream) throws ChainException {
        String checkpoint = stream.metadata() == null ? stream.name().checkpoint().orElse(null) : stream.checkpoint();
        if (checkpoint == null) {
            return true;
        }
        requireItsManifest(stream.fileName(), checkpoint);
        if (!manifests.of(checkpoint).isEmpty()) {
            return true;
        }
        String suffix = "." + checkpoint + ".json";
        for (Map.Entry<String, Manifest> file : manifests.byFile().entrySet()) {
            if (file.getKey().endsWith(suffix)) {
                throw new ChainException(file.getKey() + ": expected the manifest of the backup that " + stream.fileName()
                        + " belongs to, found that of " + file.getValue().checkpoint());
            }
        }
        for (Map.Entry<String, IOException> file : manifests.broken().entrySet()) {
            if (file.getKey().endsWith(suffix)) {
                throw new ChainException(file.getKey() + ": expected the manifest of the backup that " + stream.fileName()
                        + " belongs to, found something else: " + file.getValue().getMessage(), file.getValue());
            }
        }
        return manifests.isEmpty();
    }

    /** Names of files can come again, where a domain is defined anew, so that older manifests list them, too. */
    private void requireItsManifest(String name, String checkpoint) throws ChainException {
        String listed = manifests.checkpointOf(name).orElse(checkpoint);
        if (!listed.equals(checkpoint) && !manifests.lists(checkpoint, name)) {
            throw new ChainException(name + ": expected a stream of checkpoint '" + listed
                    + "' as its manifest says, found one of '" + checkpoint + "'");
        }
    }

    /**
     * Checks that a layer is what the manifest of its checkpoint lists.
     *
     * @throws ChainException if it is not, or there are manifests and none of them does
     */
    void requireListed(String disk, Layer layer) throws ChainException {
        ChainException misfit = null;
        for (Manifest manifest : manifests.of(layer.checkpoint())) {
            try {
                new ManifestFit(manifest, names).check(disk, layer);
                return;
            } catch (ChainException e) {
                misfit = e;
            }
        }
        if (misfit != null) {
            throw misfit;
        }
    }
}
