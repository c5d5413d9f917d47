/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import io.virtnbd.engine.FileClaim;
import io.virtnbd.engine.FileClaimedException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The right to change the backups in a directory, which one run of all programs has at a time. It does not keep backups from being
 * delivered, or from being read. It ends with the process, whatever happens.
 */
public final class DirectoryClaim implements Closeable {

    /** The lock files are these with {@code .lock}. */
    private static final String SET = ".virtnbd";
    private static final String TREE = ".virtnbd-tree";

    private final FileClaim claim;

    private DirectoryClaim(FileClaim claim) {
        this.claim = claim;
    }

    /**
     * Claims the set in a directory.
     *
     * @throws DirectoryBusyException if another run has it
     * @throws IOException            if there is no such directory, or it cannot be written
     */
    public static DirectoryClaim of(Path directory) throws IOException {
        return claim(directory, SET);
    }

    /** Claims to decide on all sets in and below a directory; to change one, it has to be claimed too. */
    public static DirectoryClaim ofTree(Path directory) throws IOException {
        return claim(directory, TREE);
    }

    private static DirectoryClaim claim(Path directory, String name) throws IOException {
        try {
            return new DirectoryClaim(FileClaim.of(directory.toRealPath().resolve(name)));
        } catch (FileClaimedException e) {
            throw new DirectoryBusyException("the backups in " + directory + " are being changed by another run", e);
        }
    }

    @Override
    public void close() throws IOException {
        claim.close();
    }
}
