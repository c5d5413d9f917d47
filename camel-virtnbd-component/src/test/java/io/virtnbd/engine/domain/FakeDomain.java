/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.BackupJob;
import io.virtnbd.libvirt.BackupJobDisk;
import io.virtnbd.libvirt.CheckpointDefinition;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.libvirt.LibvirtDomain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A domain in memory that does what libvirt does with checkpoints, bitmaps, jobs and metadata, and fails where it is told to.
 * Its disks are network disks, so that nobody looks for images.
 */
final class FakeDomain implements LibvirtDomain {

    static final String UUID = "6f1d1c4e-2f3a-4b5c-8d6e-7f8091a2b3c4";

    final Map<String, FakeDisk> disks = new LinkedHashMap<>();
    final Map<String, CheckpointDefinition> checkpoints = new LinkedHashMap<>();
    final List<String> calls = new ArrayList<>();
    final List<String> agentCommands = new ArrayList<>();
    /** Asked before and after each call; may throw what the call is to fail with. */
    Fault fault = Fault.NONE;
    boolean active = true;
    boolean agent;
    boolean frozen;
    /** That can be frozen. */
    int fileSystems = 1;
    volatile boolean otherJob;
    String metadata;
    volatile FakeJob job;

    /** Makes a call fail. */
    interface Fault {

        Fault NONE = (number, call, done) -> { };

        /**
         * @param number of the call, from 1
         * @param done   whether the call has had its effect
         */
        void at(int number, String call, boolean done) throws LibvirtCallException;

        static Fault of(String failing, Kind kind) {
            return (number, call, done) -> {
                if (call.equals(failing) && !done) {
                    throw failure(kind, call);
                }
            };
        }
    }

    private interface Effect<T> {

        T get() throws LibvirtCallException;
    }

    FakeDomain() {
        disks.put("vda", new FakeDisk("qcow2", 1 << 20));
        disks.put("vdb", new FakeDisk("qcow2", 2 << 20));
    }

    static LibvirtCallException failure(Kind kind, String call) {
        return new LibvirtCallException(kind, "domain web1: " + call + " was told to fail with " + kind, null);
    }

    private synchronized <T> T call(String name, Effect<T> effect) throws LibvirtCallException {
        calls.add(name);
        int number = calls.size();
        fault.at(number, name, false);
        T result = effect.get();
        fault.at(number, name, true);
        return result;
    }

    /** The record with the default prefix. */
    BackupRecord record() throws Exception {
        return new BackupRecords(this).read("virtnbd");
    }

    /** QEMU was killed: the job is gone with its server, and every bitmap is broken. */
    synchronized void destroy() {
        if (job != null) {
            job.close();
            job = null;
        }
        disks.values().forEach(disk -> disk.bitmaps.clear());
        active = false;
    }

    @Override
    public String name() {
        return "web1";
    }

    @Override
    public String uuid() {
        return UUID;
    }

    @Override
    public boolean isActive() throws LibvirtCallException {
        return call("isActive", () -> active);
    }

    @Override
    public boolean isPersistent() throws LibvirtCallException {
        return call("isPersistent", () -> true);
    }

    @Override
    public String xml() throws LibvirtCallException {
        return call("xml", this::definition);
    }

    @Override
    public String inactiveXml(boolean secrets) throws LibvirtCallException {
        return call("inactiveXml", this::definition);
    }

    @Override
    public void start() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void undefine() {
        throw new UnsupportedOperationException();
    }

    private String definition() {
        StringBuilder xml = new StringBuilder("<domain><name>web1</name><uuid>" + UUID + "</uuid><devices>");
        disks.forEach((target, disk) -> xml.append("<disk type='network' device='disk'><driver name='qemu' type='")
                .append(disk.format).append("'/><source protocol='rbd' name='pool/").append(target)
                .append("'/><target dev='").append(target).append("'/></disk>"));
        if (agent) {
            xml.append("<channel type='unix'>")
                    .append("<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>");
        }
        return xml.append("</devices></domain>").toString();
    }

    @Override
    public Optional<String> metadata(String namespace) throws LibvirtCallException {
        return call("metadata", () -> Optional.ofNullable(metadata));
    }

    @Override
    public void setMetadata(String namespace, String prefix, String xml) throws LibvirtCallException {
        call("setMetadata", () -> metadata = xml);
    }

    @Override
    public List<String> checkpoints() throws LibvirtCallException {
        return call("checkpoints", () -> List.copyOf(checkpoints.keySet()));
    }

    @Override
    public String checkpointXml(String name) throws LibvirtCallException {
        return call("checkpointXml", () -> {
            if (!checkpoints.containsKey(name)) {
                throw failure(Kind.NO_CHECKPOINT, name);
            }
            StringBuilder xml = new StringBuilder("<domaincheckpoint><name>" + name + "</name><disks>");
            checkpoints.get(name).disks()
                    .forEach(target -> xml.append("<disk name='").append(target).append("' checkpoint='bitmap'/>"));
            return xml.append("</disks></domaincheckpoint>").toString();
        });
    }

    @Override
    public void redefineCheckpoint(String xml) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean deleteCheckpoint(String name) throws LibvirtCallException {
        return call("deleteCheckpoint", () -> {
            CheckpointDefinition checkpoint = checkpoints.get(name);
            if (checkpoint == null) {
                return false;
            }
            if (!active) {
                throw failure(Kind.OPERATION_INVALID, name);
            }
            for (String target : checkpoint.disks()) {
                if (disks.containsKey(target) && !disks.get(target).bitmaps.contains(name)) {
                    throw failure(Kind.CHECKPOINT_INCONSISTENT, name);
                }
            }
            disks.values().forEach(disk -> disk.bitmaps.remove(name));
            checkpoints.remove(name);
            return true;
        });
    }

    @Override
    public boolean forgetCheckpoint(String name) throws LibvirtCallException {
        return call("forgetCheckpoint", () -> checkpoints.remove(name) != null);
    }

    @Override
    public void beginBackup(BackupJob begun, CheckpointDefinition checkpoint) throws LibvirtCallException {
        call("beginBackup", () -> {
            if (!active) {
                throw failure(Kind.OPERATION_INVALID, "beginBackup");
            }
            if (job != null || otherJob) {
                throw failure(Kind.JOB_RUNNING, "beginBackup");
            }
            for (BackupJobDisk disk : begun.disks()) {
                requireBitmap(disk);
            }
            if (checkpoint != null) {
                add(checkpoint);
            }
            job = FakeJob.start(begun, disks);
            return null;
        });
    }

    private void requireBitmap(BackupJobDisk disk) throws LibvirtCallException {
        if (disk.incremental().isPresent()) {
            CheckpointDefinition since = checkpoints.get(disk.incremental().get());
            if (since == null || !since.disks().contains(disk.target())) {
                throw failure(Kind.NO_CHECKPOINT, disk.incremental().get());
            }
            if (!disks.get(disk.target()).bitmaps.contains(since.name())) {
                throw failure(Kind.CHECKPOINT_INCONSISTENT, since.name());
            }
        }
    }

    private void add(CheckpointDefinition checkpoint) throws LibvirtCallException {
        if (checkpoints.containsKey(checkpoint.name())) {
            throw failure(Kind.CHECKPOINT_EXISTS, checkpoint.name());
        }
        for (String target : checkpoint.disks()) {
            if (disks.get(target).bitmaps.contains(checkpoint.name())) {
                throw failure(Kind.BITMAP_EXISTS, checkpoint.name());
            }
        }
        checkpoints.put(checkpoint.name(), checkpoint);
        checkpoint.disks().forEach(target -> disks.get(target).bitmaps.add(checkpoint.name()));
    }

    /** A checkpoint that somebody makes, with its bitmaps on all disks. */
    void checkpoint(String name) throws LibvirtCallException {
        add(new CheckpointDefinition(name, Optional.empty(), List.copyOf(disks.keySet())));
    }

    @Override
    public Optional<BackupJob> backupJob() throws LibvirtCallException {
        return call("backupJob", () -> Optional.ofNullable(job).map(running -> running.definition));
    }

    @Override
    public boolean hasJob() throws LibvirtCallException {
        return call("hasJob", () -> job != null || otherJob);
    }

    @Override
    public void abortJob() throws LibvirtCallException {
        call("abortJob", () -> {
            if (job != null) {
                job.close();
                job = null;
            }
            return null;
        });
    }

    @Override
    public long capacity(String target) throws LibvirtCallException {
        return call("capacity", () -> disks.get(target).capacity);
    }

    @Override
    public String agentCommand(String json, Duration timeout) throws LibvirtCallException {
        String command = json.substring(json.lastIndexOf('-') + 1, json.length() - 2);
        return call(command, () -> {
            agentCommands.add(command);
            if (command.equals("status")) {
                return frozen ? "{\"return\":\"frozen\"}" : "{\"return\":\"thawed\"}";
            }
            frozen = command.equals("freeze") && fileSystems > 0;
            return "{\"return\":" + fileSystems + "}";
        });
    }

    /** A disk: what is tracked of it. */
    static final class FakeDisk {

        final String format;
        final Set<String> bitmaps = new TreeSet<>();
        long capacity;

        FakeDisk(String format, long capacity) {
            this.format = format;
            this.capacity = capacity;
        }
    }
}
