/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.libvirt.jna.CString;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.virDomainBlockInfo;

/** A domain through libvirt's client library. */
final class NativeDomain implements LibvirtDomain {

    // virDomainXMLFlags
    private static final int XML_SECURE = 1;
    private static final int XML_INACTIVE = 2;

    // virDomainMetadataType
    private static final int METADATA_ELEMENT = 2;

    // virDomainModificationImpact
    private static final int AFFECT_CURRENT = 0;
    private static final int AFFECT_LIVE = 1;
    private static final int AFFECT_CONFIG = 2;

    // virDomainUndefineFlagsValues
    private static final int UNDEFINE_MANAGED_SAVE = 1;
    private static final int UNDEFINE_SNAPSHOTS_METADATA = 2;
    private static final int UNDEFINE_KEEP_NVRAM = 8;
    private static final int UNDEFINE_CHECKPOINTS_METADATA = 16;
    private static final int UNDEFINE_KEEP_TPM = 64;

    private final DomainCalls calls;
    private final DomainCheckpoints checkpoints;
    private final DomainJobs jobs;

    NativeDomain(DomainCalls calls) {
        this.calls = calls;
        this.checkpoints = new DomainCheckpoints(calls);
        this.jobs = new DomainJobs(calls, checkpoints);
    }

    @Override
    public String name() {
        return calls.name();
    }

    @Override
    public String uuid() {
        return calls.uuid();
    }

    @Override
    public boolean isActive() throws LibvirtCallException {
        return calls.call(this::isActive);
    }

    @Override
    public boolean isPersistent() throws LibvirtCallException {
        return calls.call(this::isPersistent);
    }

    @Override
    public String xml() throws LibvirtCallException {
        return xml(0);
    }

    @Override
    public String inactiveXml(boolean secrets) throws LibvirtCallException {
        return xml(XML_INACTIVE | (secrets ? XML_SECURE : 0));
    }

    @Override
    public void start() throws LibvirtCallException {
        calls.call(domain -> calls.check("virDomainCreateWithFlags", Bindings.LIBVIRT.virDomainCreateWithFlags(domain, 0)));
    }

    @Override
    public void undefine() throws LibvirtCallException {
        int flags = UNDEFINE_MANAGED_SAVE | UNDEFINE_SNAPSHOTS_METADATA | UNDEFINE_KEEP_NVRAM | UNDEFINE_CHECKPOINTS_METADATA;
        calls.call(domain -> {
            int result = Bindings.LIBVIRT.virDomainUndefineFlags(domain, flags | UNDEFINE_KEEP_TPM);
            if (result < 0 && NativeError.last().code() == NativeError.INVALID_ARGUMENT) {
                // a daemon before 8.9 does not know the flag
                result = Bindings.LIBVIRT.virDomainUndefineFlags(domain, flags);
            }
            return calls.check("virDomainUndefineFlags", result);
        });
    }

    @Override
    public Optional<String> metadata(String namespace) throws LibvirtCallException {
        return calls.call(domain -> {
            CString element = Bindings.LIBVIRT.virDomainGetMetadata(domain, METADATA_ELEMENT, namespace, AFFECT_CURRENT);
            return calls.textUnless(NativeError.NO_DOMAIN_METADATA, "virDomainGetMetadata", element);
        });
    }

    @Override
    public void setMetadata(String namespace, String prefix, String xml) throws LibvirtCallException {
        calls.call(domain -> {
            boolean active = isActive(domain);
            int affected = (active ? AFFECT_LIVE : 0) | (!active || isPersistent(domain) ? AFFECT_CONFIG : 0);
            return calls.check("virDomainSetMetadata", Bindings.LIBVIRT.virDomainSetMetadata(domain, METADATA_ELEMENT, xml,
                    xml == null ? null : prefix, namespace, affected));
        });
    }

    @Override
    public List<String> checkpoints() throws LibvirtCallException {
        return checkpoints.names();
    }

    @Override
    public String checkpointXml(String name) throws LibvirtCallException {
        return checkpoints.xml(name);
    }

    @Override
    public void redefineCheckpoint(String xml) throws LibvirtCallException {
        checkpoints.redefine(xml);
    }

    @Override
    public boolean deleteCheckpoint(String name) throws LibvirtCallException {
        return checkpoints.delete(name);
    }

    @Override
    public boolean forgetCheckpoint(String name) throws LibvirtCallException {
        return checkpoints.forget(name);
    }

    @Override
    public void beginBackup(BackupJob job, CheckpointDefinition checkpoint) throws LibvirtCallException {
        jobs.beginBackup(job, checkpoint);
    }

    @Override
    public Optional<BackupJob> backupJob() throws LibvirtCallException {
        return jobs.backupJob();
    }

    @Override
    public boolean hasJob() throws LibvirtCallException {
        return jobs.hasJob();
    }

    @Override
    public void abortJob() throws LibvirtCallException {
        jobs.abort();
    }

    @Override
    public long capacity(String target) throws LibvirtCallException {
        return calls.call(domain -> {
            virDomainBlockInfo info = new virDomainBlockInfo();
            calls.check("virDomainGetBlockInfo", Bindings.LIBVIRT.virDomainGetBlockInfo(domain, target, info, 0));
            return info.capacity;
        });
    }

    @Override
    public String agentCommand(String json, Duration timeout) throws LibvirtCallException {
        int seconds = Math.toIntExact(Math.max(1, timeout.plusMillis(999).toSeconds()));
        return calls.call(domain -> {
            CString answer = Bindings.QEMU.virDomainQemuAgentCommand(domain, json, seconds, 0);
            if (answer == null) {
                throw agentFailure(calls.failure("virDomainQemuAgentCommand"));
            }
            return answer.toString();
        });
    }

    private String xml(int flags) throws LibvirtCallException {
        return calls.call(domain ->
                calls.text("virDomainGetXMLDesc", Bindings.LIBVIRT.virDomainGetXMLDesc(domain, flags)));
    }

    private boolean isActive(DomainPointer domain) throws LibvirtCallException {
        return calls.check("virDomainIsActive", Bindings.LIBVIRT.virDomainIsActive(domain)) == 1;
    }

    private boolean isPersistent(DomainPointer domain) throws LibvirtCallException {
        return calls.check("virDomainIsPersistent", Bindings.LIBVIRT.virDomainIsPersistent(domain)) == 1;
    }

    /** What is not the domain's or the connection's fault is the agent's, whatever number it has. */
    private static LibvirtCallException agentFailure(LibvirtCallException failure) {
        return switch (failure.kind()) {
            case CONNECTION, NO_DOMAIN, OPERATION_INVALID -> failure;
            default -> new LibvirtCallException(Kind.AGENT, failure.getMessage(), null);
        };
    }
}
