/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtOptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Backups of the domains of one libvirt daemon. The connection is made when it is first needed, and made again when it was lost.
 * Safe for use by several threads.
 */
public final class DomainBackups implements Closeable {

    /** Does not connect yet. */
    public DomainBackups(LibvirtOptions options) {
    }

    /**
     * The names of the domains that match a pattern, sorted: {@code *} stands for any characters, {@code ?} for one.
     *
     * @return empty where none matches
     */
    public List<String> domains(String pattern) throws LibvirtCallException {
        return List.of();
    }

    /**
     * Begins a backup: cleans up what a killed program has left behind, decides the level, starts the job with its checkpoint, and
     * plans the streams.
     *
     * @param domain name or UUID
     * @throws DomainBusyException   if another backup of the domain is running, for longer than is to be waited
     * @throws DomainBackupException if the domain cannot be backed up as asked; nothing has changed then
     * @throws IOException           if something failed; what had begun was rolled back
     */
    public RunningBackup begin(String domain, DomainBackupOptions options) throws IOException {
        throw new DomainBackupException(domain);
    }

    /**
     * Cleans up what a killed program has left behind: its job is ended, and its checkpoint rolled back. Does nothing where there
     * is nothing of that kind, or where the program still lives.
     *
     * @param domain name or UUID
     * @return whether there was something
     */
    public boolean recover(String domain, DomainBackupOptions options) throws IOException {
        return false;
    }

    /** @throws LibvirtCallException if the daemon cannot be reached */
    public void ping() throws LibvirtCallException {
    }

    /** Ends all backups that are open, rolling back those that were not committed, and the connection. */
    @Override
    public void close() {
    }
}
