/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.RunningBackup;
import java.io.IOException;
import java.security.GeneralSecurityException;

/** Opens what is to be handed out. */
@FunctionalInterface
public interface BackupOpener {

    /**
     * Opens it.
     *
     * @param progress to be told what was read of it
     * @throws IOException if it cannot be opened; then nothing is left open
     * @throws GeneralSecurityException if the certificates for TLS cannot be used
     */
    RunningBackup open(ProgressListener progress) throws IOException, GeneralSecurityException;
}
