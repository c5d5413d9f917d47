/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.domain.DomainHost;
import io.virtnbd.engine.ServedDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.domain.DomainBackupException;
import io.virtnbd.engine.domain.DomainBackupOptions;
import io.virtnbd.engine.domain.RepeatedRequestException;
import io.virtnbd.libvirt.LibvirtConnection;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A libvirt daemon that is none: its domains are scripted. */
public final class ScriptedHost implements DomainHost {

    public static final String REPEATED = "it was made before";

    public final List<ScriptedBackup> backups = new CopyOnWriteArrayList<>();
    public final List<String> begun = new CopyOnWriteArrayList<>();
    public final List<DomainBackupOptions> options = new CopyOnWriteArrayList<>();
    public final List<String> recovered = new CopyOnWriteArrayList<>();
    public final Map<String, IOException> failures = new ConcurrentHashMap<>();
    public volatile List<String> names = List.of();
    public volatile IOException pingFailure;
    public volatile Consumer<ScriptedBackup> script = backup -> { };
    public volatile boolean closed;
    private final ServedDisk vda;
    private final ServedDisk vdb;

    public ScriptedHost(ServedDisk vda, ServedDisk vdb) {
        this.vda = vda;
        this.vdb = vdb;
    }

    public ScriptedBackup last() {
        return backups.get(backups.size() - 1);
    }

    @Override
    public List<String> domains(String pattern) throws IOException {
        if (failures.containsKey(pattern)) {
            throw failures.get(pattern);
        }
        String regex = pattern.replace("*", ".*").replace('?', '.');
        return names.stream().filter(name -> name.matches(regex)).sorted().toList();
    }

    @Override
    public RunningBackup begin(String domain, DomainBackupOptions asked) throws IOException {
        begun.add(domain);
        options.add(asked);
        if (failures.containsKey(domain)) {
            throw failures.get(domain);
        }
        for (ScriptedBackup before : backups) {
            BackupDescription made = before.description();
            if (made.requestId().isPresent() && made.requestId().equals(asked.requestId()) && made.domain().equals(domain)
                    && before.commits.get() > 0 && before.commitFailure == null) {
                throw new RepeatedRequestException(new BackupDescription(domain, made.level(), REPEATED, made.checkpoint(),
                        made.parentCheckpoint(), made.chain(), made.date(), Optional.empty(), made.requestId()));
            }
        }
        ScriptedBackup backup = new ScriptedBackup(domain, vda, vdb, asked);
        script.accept(backup);
        backups.add(backup);
        return backup;
    }

    @Override
    public LibvirtConnection connect() throws IOException {
        throw new IOException("a scripted host has no connection");
    }

    @Override
    public boolean recover(String domain, DomainBackupOptions asked) throws IOException {
        recovered.add(domain);
        if (failures.containsKey(domain)) {
            throw new DomainBackupException(domain);
        }
        return false;
    }

    @Override
    public void ping() throws IOException {
        if (pingFailure != null) {
            throw pingFailure;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
