/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.domain.DomainBackupOptions;
import io.virtnbd.engine.domain.DomainBackups;
import io.virtnbd.libvirt.LibvirtConnection;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The domains of one libvirt daemon, as {@link DomainBackups} has them. Safe for use by several threads. */
public interface DomainHost extends Closeable {

    /** The names of the domains that match a pattern, sorted. */
    List<String> domains(String pattern) throws IOException;

    /** Begins a backup. */
    RunningBackup begin(String domain, DomainBackupOptions options) throws IOException;

    /**
     * Cleans up what a killed program has left behind.
     *
     * @return whether there was something
     */
    boolean recover(String domain, DomainBackupOptions options) throws IOException;

    /**
     * A connection of its own, which the caller closes.
     *
     * @throws IOException if the daemon cannot be reached
     */
    LibvirtConnection connect() throws IOException;

    /** @throws IOException if the daemon cannot be reached */
    void ping() throws IOException;

    /** Ends all backups that are open, rolling back those that were not committed. */
    @Override
    void close();
}
