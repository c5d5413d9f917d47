/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A domain that survives the loss of the connection. It is looked up for each call, by its UUID: names can change. */
final class ReconnectingDomain implements LibvirtDomain {

    private final LibvirtDaemon daemon;
    private final String name;
    private final String uuid;

    private ReconnectingDomain(LibvirtDaemon daemon, String name, String uuid) {
        this.daemon = daemon;
        this.name = name;
        this.uuid = uuid;
    }

    /** Finds a domain by its name or UUID. */
    static ReconnectingDomain find(LibvirtDaemon daemon, String nameOrUuid) throws LibvirtCallException {
        return daemon.call(connection -> {
            LibvirtDomain found = connection.domain(nameOrUuid);
            return new ReconnectingDomain(daemon, found.name(), found.uuid());
        });
    }

    private <T> T call(Call<T> call) throws LibvirtCallException {
        return daemon.call(connection -> call.on(connection.domain(uuid)));
    }

    private void run(Action action) throws LibvirtCallException {
        call(domain -> {
            action.on(domain);
            return null;
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String uuid() {
        return uuid;
    }

    @Override
    public boolean isActive() throws LibvirtCallException {
        return call(LibvirtDomain::isActive);
    }

    @Override
    public boolean isPersistent() throws LibvirtCallException {
        return call(LibvirtDomain::isPersistent);
    }

    @Override
    public String xml() throws LibvirtCallException {
        return call(LibvirtDomain::xml);
    }

    @Override
    public String inactiveXml(boolean secrets) throws LibvirtCallException {
        return call(domain -> domain.inactiveXml(secrets));
    }

    /** Not repeated: it is not known whether it runs when the connection is lost. */
    @Override
    public void start() throws LibvirtCallException {
        daemon.callOnce(connection -> {
            connection.domain(uuid).start();
            return null;
        });
    }

    /** Not repeated, as a second call finds no domain. */
    @Override
    public void undefine() throws LibvirtCallException {
        daemon.callOnce(connection -> {
            connection.domain(uuid).undefine();
            return null;
        });
    }

    @Override
    public Optional<String> metadata(String namespace) throws LibvirtCallException {
        return call(domain -> domain.metadata(namespace));
    }

    @Override
    public void setMetadata(String namespace, String prefix, String xml) throws LibvirtCallException {
        run(domain -> domain.setMetadata(namespace, prefix, xml));
    }

    @Override
    public List<String> checkpoints() throws LibvirtCallException {
        return call(LibvirtDomain::checkpoints);
    }

    @Override
    public String checkpointXml(String checkpoint) throws LibvirtCallException {
        return call(domain -> domain.checkpointXml(checkpoint));
    }

    @Override
    public void redefineCheckpoint(String xml) throws LibvirtCallException {
        run(domain -> domain.redefineCheckpoint(xml));
    }

    @Override
    public boolean deleteCheckpoint(String checkpoint) throws LibvirtCallException {
        return call(domain -> domain.deleteCheckpoint(checkpoint));
    }

    @Override
    public boolean forgetCheckpoint(String checkpoint) throws LibvirtCallException {
        return call(domain -> domain.forgetCheckpoint(checkpoint));
    }

    /** Not repeated: it is not known whether a job has begun when the connection is lost. */
    @Override
    public void beginBackup(BackupJob job, CheckpointDefinition checkpoint) throws LibvirtCallException {
        daemon.callOnce(connection -> {
            connection.domain(uuid).beginBackup(job, checkpoint);
            return null;
        });
    }

    @Override
    public Optional<BackupJob> backupJob() throws LibvirtCallException {
        return call(LibvirtDomain::backupJob);
    }

    @Override
    public boolean hasJob() throws LibvirtCallException {
        return call(LibvirtDomain::hasJob);
    }

    @Override
    public void abortJob() throws LibvirtCallException {
        run(LibvirtDomain::abortJob);
    }

    @Override
    public long capacity(String target) throws LibvirtCallException {
        return call(domain -> domain.capacity(target));
    }

    @Override
    public String agentCommand(String json, Duration timeout) throws LibvirtCallException {
        return call(domain -> domain.agentCommand(json, timeout));
    }

    private interface Call<T> {

        T on(LibvirtDomain domain) throws LibvirtCallException;
    }

    private interface Action {

        void on(LibvirtDomain domain) throws LibvirtCallException;
    }
}
