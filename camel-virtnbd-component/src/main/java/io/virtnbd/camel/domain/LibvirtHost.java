/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.domain;

import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.domain.DomainBackupOptions;
import io.virtnbd.engine.domain.DomainBackups;
import io.virtnbd.libvirt.Libvirt;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtOptions;
import java.io.IOException;
import java.util.List;

/** A real libvirt daemon. */
final class LibvirtHost implements DomainHost {

    private final LibvirtOptions options;
    private final DomainBackups backups;

    LibvirtHost(LibvirtOptions options) {
        this.options = options;
        this.backups = new DomainBackups(options);
    }

    @Override
    public List<String> domains(String pattern) throws IOException {
        return backups.domains(pattern);
    }

    @Override
    public RunningBackup begin(String domain, DomainBackupOptions asked) throws IOException {
        return backups.begin(domain, asked);
    }

    @Override
    public boolean recover(String domain, DomainBackupOptions asked) throws IOException {
        return backups.recover(domain, asked);
    }

    @Override
    public LibvirtConnection connect() throws IOException {
        return Libvirt.connect(options);
    }

    @Override
    public void ping() throws IOException {
        backups.ping();
    }

    @Override
    public void close() {
        backups.close();
    }
}
