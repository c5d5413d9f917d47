/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

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
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.backup.ExportBackup;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.engine.domain.RepeatedRequestException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.CamelContext;

/** Begins backups. */
final class BackupStart {

    private final BackupServices services;
    private final VirtNbdConfiguration configuration;
    private final CamelContext context;
    private final BackupRequest request;
    private final RequestOptions options;

    BackupStart(BackupServices services, BackupRequest request) {
        this.services = services;
        this.request = request;
        this.options = request.options();
        this.configuration = options.configuration();
        this.context = options.endpoint().context();
    }

    /**
     * Begins the backup of one domain or, where the request names an export, of that.
     *
     * @throws RepeatedRequestException if the request has made one before
     * @throws IOException if it cannot begin; then nothing is left of it
     */
    BackupParts begin(String name) throws IOException, GeneralSecurityException {
        boolean ofExport = request.isOfExport();
        // the frames of a bare export are its stream and nothing else
        boolean withManifest = options.unit() != BackupUnit.frame || !ofExport;
        return begin(name, withManifest, progress -> ofExport ? ExportBackup.open(name, request.export(progress))
                : services.domains().host().begin(name, new DomainRequest(request).options(progress)));
    }

    /**
     * Begins to hand out what is opened, as a backup of its own.
     *
     * @param name         for the event, where it cannot be opened
     * @param withManifest whether side files and a manifest follow the streams
     * @throws IOException if it cannot be opened; then nothing is left of it
     */
    BackupParts begin(String name, boolean withManifest, BackupOpener opener) throws IOException, GeneralSecurityException {
        BackupUnit unit = options.unit();
        TransferOptions transfer = new TransferOptions(options);
        if (unit == BackupUnit.frame && transfer.compression().lz4()) {
            throw new IllegalArgumentException("compression is lz4, expected none with unit=frame: use the lz4 data format");
        }
        request.requestId(); // one that can be none is refused for bare exports too
        long start = System.nanoTime();
        BackupProgress progress = new BackupProgress(context, transfer.progress());
        try {
            RunningBackup backup = opener.open(progress);
            return new BackupParts(run(backup, progress, start, withManifest), unit, withManifest);
        } catch (RepeatedRequestException e) {
            throw e; // nothing has failed
        } catch (IOException | GeneralSecurityException | RuntimeException | Error e) {
            VirtNbdEvents.send(context, () -> new BackupFailedEvent(context, name, Optional.empty(), e));
            throw e;
        }
    }

    private BackupRun run(RunningBackup backup, BackupProgress progress, long start, boolean withManifest) throws IOException {
        boolean checksums = withManifest && configuration.getChecksum() == ChecksumMethod.sha256;
        try {
            if (options.unit() == BackupUnit.segment) {
                requireListable(backup.disks().stream().mapToLong(disk -> disk.backup().segmentCount()).sum(),
                        backup.sideFiles().size());
            }
            DeliveryOptions delivery = new DeliveryOptions(checksums, configuration.getManifestTimeout(),
                    ByteSize.parse("maxInflightSize", configuration.getMaxInflightSize()));
            BackupRun run = new BackupRun(context, backup, progress, delivery, start);
            OpenBackups open = services.openBackups();
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
        return timeout == 0 ? () -> { } : services.after(Duration.ofMillis(timeout),
                () -> run.abort("it took longer than " + timeout + " ms (backupTimeout)"));
    }
}
