/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.ExportBackup;
import io.virtnbd.engine.backup.RunningBackup;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;

/** A backup that has begun: its disks are open, and its parts can be handed out. Safe for use by several threads. */
final class BackupRun {

    private final RunningBackup backup;
    private final BackupProgress progress;
    private final BackupUnit unit;
    private final boolean ofExport;
    private final VirtNbdConfiguration configuration;
    private final DeliveryLog log;
    private final BackupOutcome outcome;
    private final BackupSession session;
    private volatile String splitterId;

    private BackupRun(VirtNbdEndpoint endpoint, RunningBackup backup, BackupProgress progress, BackupUnit unit,
            boolean ofExport) {
        String name = "backup " + backup.description().checkpoint() + " of " + backup.description().domain();
        this.backup = backup;
        this.progress = progress;
        this.unit = unit;
        this.ofExport = ofExport;
        this.configuration = endpoint.getConfiguration();
        this.log = new DeliveryLog(name);
        BackupReport report = new BackupReport(endpoint.getCamelContext(), backup);
        this.outcome = new BackupOutcome(backup, name, log, report);
        this.session = new BackupSession(name, outcome);
        progress.begun(backup.description());
        report.started();
        if (configuration.getBackupTimeout() > 0) {
            Runnable cancel = endpoint.getComponent().tasks().after(Duration.ofMillis(configuration.getBackupTimeout()),
                    this::timeOut);
            session.whenClosed(cancel);
        }
    }

    /**
     * Begins the backup that a message asks for.
     *
     * @throws IOException if it cannot begin; then nothing is left of it
     */
    static BackupRun begin(VirtNbdEndpoint endpoint, Message request) throws IOException, GeneralSecurityException {
        RequestOptions requested = new RequestOptions(endpoint, request);
        return begin(endpoint, requested, requested.nbdUri().isPresent() ? requested.exportName() : requested.domain());
    }

    /** Begins a scheduled backup of one domain or, where the endpoint has an export, of that. */
    static BackupRun begin(VirtNbdEndpoint endpoint, String domain) throws IOException, GeneralSecurityException {
        return begin(endpoint, new RequestOptions(endpoint, null), domain);
    }

    private static BackupRun begin(VirtNbdEndpoint endpoint, RequestOptions requested, String domain)
            throws IOException, GeneralSecurityException {
        CamelContext context = endpoint.getCamelContext();
        BackupUnit unit = requested.unit();
        if (unit == BackupUnit.frame && requested.compression().lz4()) {
            throw new IllegalArgumentException("compression is lz4, expected none with unit=frame: use the lz4 data format");
        }
        boolean ofExport = requested.nbdUri().isPresent();
        BackupProgress progress = new BackupProgress(context, requested.progress());
        try {
            RunningBackup backup = ofExport ? ExportBackup.open(domain, requested.backup(progress))
                    : endpoint.domains().begin(domain, new DomainRequest(endpoint, requested).options(progress));
            return started(endpoint, backup, progress, unit, ofExport);
        } catch (IOException | RuntimeException e) {
            BackupReport.notBegun(context, domain, e);
            throw e;
        }
    }

    private static BackupRun started(VirtNbdEndpoint endpoint, RunningBackup backup, BackupProgress progress, BackupUnit unit,
            boolean ofExport) throws IOException {
        try {
            return new BackupRun(endpoint, backup, progress, unit, ofExport);
        } catch (RuntimeException | Error e) {
            backup.close();
            throw e;
        }
    }

    private void timeOut() {
        if (outcome.giveUp()) {
            String why = "it took longer than " + configuration.getBackupTimeout() + " ms (backupTimeout)";
            log.failed(why, null, true);
            session.abort(why);
        }
    }

    /**
     * Commits the backup if all of it was delivered. The exchange fails if that fails; the backup is rolled back when it is
     * closed then.
     */
    void commitIfComplete(Exchange exchange) {
        if (log.isComplete()) {
            try {
                outcome.commit();
            } catch (IncompleteBackupException e) {
                exchange.setException(e);
            }
        }
    }

    /** An exchange that carries a message; a splitter correlates it with the exchange that is split. */
    void carriedBy(Exchange exchange) {
        splitterId = exchange.getProperty(ExchangePropertyKey.CORRELATION_ID, String.class);
    }

    /** Id of the exchange that is split; null if none is. */
    String splitterId() {
        return splitterId;
    }

    BackupSession session() {
        return session;
    }

    DeliveryLog log() {
        return log;
    }

    /**
     * Ends the hold of whoever has begun the backup.
     *
     * @throws IncompleteBackupException if it ends so, and does not count
     */
    void end() throws IncompleteBackupException {
        session.end();
        if (outcome.failure() != null) {
            throw outcome.failure();
        }
    }

    RunningBackup backup() {
        return backup;
    }

    BackupProgress progress() {
        return progress;
    }

    BackupUnit unit() {
        return unit;
    }

    /** Whether there are side files and a manifest. The frames of a bare export are its stream and nothing else. */
    boolean hasManifest() {
        return unit != BackupUnit.frame || !ofExport;
    }

    ReadableManifest manifest() {
        return new ReadableManifest(backup.description(), log, configuration.getManifestTimeout());
    }

    boolean checksums() {
        return configuration.getChecksum() == ChecksumMethod.sha256;
    }

    String manifestName() {
        return BackupFileNames.manifest(backup.description().domain(), backup.description().checkpoint());
    }

    /** The headers of the backup: all its messages have them, and the exchange that made it. */
    Map<String, Object> headers() {
        BackupDescription of = backup.description();
        return Map.of(VirtNbdConstants.DOMAIN, of.domain(),
                VirtNbdConstants.LEVEL, ResultLevel.of(of.level()),
                VirtNbdConstants.REASON, of.reason(),
                VirtNbdConstants.CHECKPOINT, of.checkpoint(),
                VirtNbdConstants.PARENT_CHECKPOINT, of.parentCheckpoint(),
                VirtNbdConstants.CHAIN, of.chain());
    }
}
