/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.delivery.BackupProgress;
import io.virtnbd.camel.delivery.BackupRun;
import io.virtnbd.camel.delivery.DeliveryOptions;
import io.virtnbd.camel.delivery.OpenBackups;
import io.virtnbd.camel.event.BackupFailedEvent;
import io.virtnbd.camel.event.VirtNbdEvents;
import io.virtnbd.camel.option.BackupUnit;
import io.virtnbd.camel.option.ByteSize;
import io.virtnbd.camel.option.ChecksumMethod;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.backup.ExportBackup;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.domain.RepeatedRequestException;
import io.virtnbd.engine.synthetic.SyntheticFull;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;

/** Begins backups. */
final class BackupStart {

    private final VirtNbdEndpoint endpoint;
    private final VirtNbdConfiguration configuration;
    private final CamelContext context;
    private final RequestOptions requested;

    private BackupStart(VirtNbdEndpoint endpoint, RequestOptions requested) {
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
        this.context = endpoint.getCamelContext();
        this.requested = requested;
    }

    /**
     * Begins the backup that a message asks for.
     *
     * @throws RepeatedRequestException if the message's request has made one before
     * @throws IOException if it cannot begin; then nothing is left of it
     */
    static BackupParts begin(VirtNbdEndpoint endpoint, Message request) throws IOException, GeneralSecurityException {
        RequestOptions requested = new RequestOptions(endpoint, request);
        return new BackupStart(endpoint, requested)
                .begin(requested.nbdUri().isPresent() ? requested.exportName() : requested.domain());
    }

    /** Begins a scheduled backup of one domain or, where the endpoint has an export, of that. */
    static BackupParts begin(VirtNbdEndpoint endpoint, String domain) throws IOException, GeneralSecurityException {
        return new BackupStart(endpoint, new RequestOptions(endpoint, null)).begin(domain);
    }

    /**
     * Begins to hand out a chain folded into one full, as a backup of its own.
     *
     * @throws IOException if the chain cannot be folded
     */
    static BackupParts fold(VirtNbdEndpoint endpoint, Message request, BackupStore store)
            throws IOException, GeneralSecurityException {
        RequestOptions requested = new RequestOptions(endpoint, request);
        String name = requested.domainName().orElse(store.name());
        return new BackupStart(endpoint, requested).begin(name, true,
                progress -> SyntheticFull.open(store, requested.fold(progress)));
    }

    private BackupParts begin(String domain) throws IOException, GeneralSecurityException {
        boolean ofExport = requested.nbdUri().isPresent();
        // the frames of a bare export are its stream and nothing else
        boolean withManifest = requested.unit() != BackupUnit.frame || !ofExport;
        return begin(domain, withManifest, progress -> ofExport ? ExportBackup.open(domain, requested.backup(progress))
                : endpoint.domains().begin(domain, new DomainRequest(endpoint, requested).options(progress)));
    }

    /** Opens what is to be handed out. */
    @FunctionalInterface
    private interface Opener {

        RunningBackup open(BackupProgress progress) throws IOException, GeneralSecurityException;
    }

    private BackupParts begin(String domain, boolean withManifest, Opener opener) throws IOException, GeneralSecurityException {
        BackupUnit unit = requested.unit();
        if (unit == BackupUnit.frame && requested.compression().lz4()) {
            throw new IllegalArgumentException("compression is lz4, expected none with unit=frame: use the lz4 data format");
        }
        requested.requestId(); // one that can be none is refused for bare exports too
        long start = System.nanoTime();
        BackupProgress progress = new BackupProgress(context, requested.progress());
        try {
            RunningBackup backup = opener.open(progress);
            return new BackupParts(run(backup, progress, start, withManifest), unit, withManifest);
        } catch (RepeatedRequestException e) {
            throw e; // nothing has failed
        } catch (IOException | GeneralSecurityException | RuntimeException | Error e) {
            VirtNbdEvents.send(context, () -> new BackupFailedEvent(context, domain, Optional.empty(), e));
            throw e;
        }
    }

    private BackupRun run(RunningBackup backup, BackupProgress progress, long start, boolean withManifest) throws IOException {
        boolean checksums = withManifest && configuration.getChecksum() == ChecksumMethod.sha256;
        try {
            if (requested.unit() == BackupUnit.segment) {
                requireListable(backup.disks().stream().mapToLong(disk -> disk.backup().segmentCount()).sum(),
                        backup.sideFiles().size());
            }
            DeliveryOptions options = new DeliveryOptions(checksums, configuration.getManifestTimeout(),
                    ByteSize.parse("maxInflightSize", configuration.getMaxInflightSize()));
            BackupRun run = new BackupRun(context, backup, progress, options, start);
            OpenBackups open = endpoint.getComponent().openBackups();
            open.add(run);
            Runnable cancel = timeout(run);
            run.whenClosed(() -> {
                open.remove(run);
                cancel.run();
            });
            return run;
        } catch (RuntimeException | Error e) {
            backup.close();
            throw e;
        }
    }

    /** A backup whose manifest would be refused when it is restored is found out now, and not when all of it was delivered. */
    static void requireListable(long segments, int sideFiles) {
        long most = Manifest.MAX_ARTIFACTS - sideFiles;
        if (segments > most) {
            throw new IllegalArgumentException("the disks have " + segments + " segments, expected at most " + most
                    + ", which is what a manifest can list: raise segmentSize");
        }
    }

    /** @return cancels it */
    private Runnable timeout(BackupRun run) {
        long timeout = configuration.getBackupTimeout();
        return timeout == 0 ? () -> { } : endpoint.getComponent().tasks().after(Duration.ofMillis(timeout),
                () -> run.abort("it took longer than " + timeout + " ms (backupTimeout)"));
    }
}
