/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import java.time.Duration;
import java.util.Optional;
import org.libvirt.jna.CString;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.virDomainJobInfo;

/** The jobs of a domain, of which there is one at a time. */
final class DomainJobs {

    /** How long a job that was told to end may take. */
    private static final Duration ABORT_DEADLINE = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 5;

    private final DomainCalls calls;
    private final DomainCheckpoints checkpoints;

    DomainJobs(DomainCalls calls, DomainCheckpoints checkpoints) {
        this.calls = calls;
        this.checkpoints = checkpoints;
    }

    /** What libvirt would only report after half a minute (a running job), or in words only, is looked for first. */
    void beginBackup(BackupJob job, CheckpointDefinition checkpoint) throws LibvirtCallException {
        String jobXml = BackupXml.write(job);
        String checkpointXml = checkpoint == null ? null : CheckpointXml.write(checkpoint);
        calls.call(domain -> {
            if (hasJob(domain)) {
                throw jobRunning();
            }
            if (checkpoint != null && checkpoints.exists(domain, checkpoint.name())) {
                throw calls.failure(Kind.CHECKPOINT_EXISTS, "virDomainBackupBegin",
                        "there is a checkpoint " + checkpoint.name() + " already");
            }
            if (Bindings.LIBVIRT.virDomainBackupBegin(domain, jobXml, checkpointXml, 0) < 0) {
                LibvirtCallException failure = calls.failure("virDomainBackupBegin");
                throw failure.kind() == Kind.TIMEOUT && hasJob(domain) ? jobRunning() : failure;
            }
            return null;
        });
    }

    Optional<BackupJob> backupJob() throws LibvirtCallException {
        Optional<String> xml = calls.call(this::backupXml);
        return xml.isPresent() ? Optional.of(BackupXml.read(xml.get())) : Optional.empty();
    }

    boolean hasJob() throws LibvirtCallException {
        return calls.call(this::hasJob);
    }

    /** libvirt returns from the call when QEMU was told; a backup ends a little later, when QEMU has reported it. */
    void abort() throws LibvirtCallException {
        calls.call(domain -> {
            if (Bindings.LIBVIRT.virDomainAbortJob(domain) < 0) {
                LibvirtCallException failure = calls.failure("virDomainAbortJob");
                if (failure.kind() != Kind.OPERATION_INVALID || hasJob(domain)) {
                    throw failure;
                }
            }
            awaitEnd(domain);
            return null;
        });
    }

    private void awaitEnd(DomainPointer domain) throws LibvirtCallException {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (hasJob(domain) || backupXml(domain).isPresent()) {
                if (System.nanoTime() - start > ABORT_DEADLINE.toNanos()) {
                    throw calls.failure(Kind.TIMEOUT, "virDomainAbortJob",
                            "the job is still there after " + ABORT_DEADLINE.toSeconds() + " s");
                }
                try {
                    Thread.sleep(POLL_MILLIS);
                } catch (InterruptedException e) {
                    // a job that is left running blocks every later backup, so being stopped is no reason to leave it
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean hasJob(DomainPointer domain) throws LibvirtCallException {
        virDomainJobInfo info = new virDomainJobInfo();
        if (Bindings.LIBVIRT.virDomainGetJobInfo(domain, info) < 0) {
            LibvirtCallException failure = calls.failure("virDomainGetJobInfo");
            return switch (failure.kind()) {
                case OPERATION_INVALID -> false;
                // of a backup that is just beginning libvirt says that its data are missing
                case OTHER -> true;
                default -> throw failure;
            };
        }
        return info.type != 0;
    }

    private Optional<String> backupXml(DomainPointer domain) throws LibvirtCallException {
        CString xml = Bindings.LIBVIRT.virDomainBackupGetXMLDesc(domain, 0);
        return calls.textUnless(NativeError.NO_DOMAIN_BACKUP, "virDomainBackupGetXMLDesc", xml);
    }

    private LibvirtCallException jobRunning() {
        return calls.failure(Kind.JOB_RUNNING, "virDomainBackupBegin", "another job is running");
    }
}
