/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;

/**
 * A backup that has begun, from its first message to the end of whoever uses one. It is committed when all messages were
 * delivered, and rolled back when it ends without. Safe for use by several threads; the messages are made by one at a time.
 */
public final class BackupRun {

    private final CamelContext context;
    private final RunningBackup backup;
    private final BackupProgress progress;
    private final DeliveryOptions options;
    private final DeliveryLog log;
    private final BackupOutcome outcome;
    private final BackupSession session;
    private PartMessage previous;
    private volatile String splitterId;
    private volatile ParentExchange parent;

    /**
     * Takes charge of a backup: closes it, sooner or later.
     *
     * @param progress of the streams of the backup
     * @param start    when it was asked for, by {@link System#nanoTime}
     */
    public BackupRun(CamelContext context, RunningBackup backup, BackupProgress progress, DeliveryOptions options, long start) {
        BackupDescription description = backup.description();
        String name = "backup " + description.checkpoint() + " of " + description.domain();
        this.context = context;
        this.backup = backup;
        this.progress = progress;
        this.options = options;
        this.log = new DeliveryLog(name);
        BackupReport report = new BackupReport(context, backup, start);
        this.outcome = new BackupOutcome(backup, name, log, report);
        this.session = new BackupSession(name, outcome);
        progress.begun(description);
        report.started();
    }

    public RunningBackup backup() {
        return backup;
    }

    public BackupProgress progress() {
        return progress;
    }

    /**
     * The next message: an artifact of the backup.
     *
     * @param disk     null where it belongs to none
     * @param whenRead is run when it was read to its end for the first time
     */
    public Message artifact(String fileName, ArtifactKind kind, String disk, ReopenableStream content, Runnable whenRead) {
        ArtifactDelivery artifact = log.add(fileName, kind, disk);
        return message(artifact, new ArtifactBody(this, artifact, content, options.checksums(), whenRead));
    }

    /** The last message: what all others were. */
    public Message manifest(String fileName) {
        ArtifactDelivery artifact = log.add(fileName, ArtifactKind.MANIFEST, null);
        log.last(artifact);
        ReadableManifest content = new ReadableManifest(backup.description(), log, options.manifestTimeout());
        return message(artifact, new ArtifactBody(this, artifact, content, false, () -> { }));
    }

    /** Begins a stream whose next messages are its frames, one by one. A manifest lists the stream under that name. */
    public FrameStream frames(String fileName, String disk) {
        return new FrameStream(this, log.add(fileName, ArtifactKind.DISK, disk), options.checksums());
    }

    Message message(ArtifactDelivery artifact, Object body) {
        if (previous != null) {
            previous.nextIsAskedFor();
        }
        previous = new PartMessage(context, this, artifact);
        previous.setBody(body);
        return previous;
    }

    /**
     * The messages as one body.
     *
     * @param parent the exchange that will have it
     * @param parts  to be asked for its iterator once
     */
    public BackupBody body(Exchange parent, Iterable<Message> parts) {
        this.parent = new ParentExchange(parent);
        return new BackupBody(this, parts, this.parent);
    }

    /** What to do when it is closed; to be said once. */
    public void whenClosed(Runnable action) {
        session.whenClosed(action);
    }

    /** Ends the backup, whoever uses it, unless it is committed: what is open fails, and it is rolled back. */
    public void abort(String why) {
        if (outcome.giveUp()) {
            log.failed(why, null, true);
            session.abort(why);
        }
    }

    /** Ends the backup, whoever uses it, also where it is committed. */
    void close(String why) {
        abort(why);
        session.abort(why);
    }

    /**
     * The backup has failed, which whoever calls this will report.
     *
     * @param cause null where there is none
     * @return the first failure
     */
    public IncompleteBackupException failed(String what, Throwable cause) {
        return log.failed(what, cause, false);
    }

    /** @throws IncompleteBackupException if something has failed so far */
    public void requireNoFailure() throws IncompleteBackupException {
        if (log.failure() != null) {
            throw log.failure();
        }
    }

    /**
     * The exchange that made the backup, or whatever has taken it over, is done and has not failed, so that its transaction
     * counts, where it had one: {@link #commitWithPart} has waited for that.
     */
    public void commitWithParent(Exchange exchange) {
        if (exchange.isTransacted() && DeliveryFailure.of(exchange) == null) {
            commitIfComplete(exchange);
        }
    }

    /** Commits the backup if all of it was delivered, and no transaction around it can still be rolled back. */
    void commitWithPart(Exchange exchange) {
        boolean inTransaction = parent != null
                && (parent.isId(splitterId) ? parent.isTransacted() : exchange.isTransacted());
        if (!inTransaction) {
            commitIfComplete(exchange);
        }
    }

    /** Whoever has begun the backup is done with it. No further messages are handed out. */
    public void end() {
        session.end();
    }

    boolean isCommitted() {
        return outcome.isCommitted();
    }

    /** @throws IncompleteBackupException if it has ended and does not count */
    public void requireNotLost() throws IncompleteBackupException {
        if (outcome.failure() != null) {
            throw outcome.failure();
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
}
