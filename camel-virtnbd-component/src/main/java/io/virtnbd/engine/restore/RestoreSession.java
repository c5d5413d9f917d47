/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A restore whose streams come one after the other: the full or copy first, then each increment; of each backup the segments in
 * any order. What was applied is durable when it was accepted, and known in the journal of the target, so that another session,
 * also of another process, goes on where this one was. A stream that was applied before is not applied again.
 *
 * <p>A stream that is damaged ends the restore, and what was written is removed: it could have written anywhere. After any other
 * failure the same stream can be accepted again. Safe for use by several threads; one stream is applied at a time.
 */
public final class RestoreSession implements Closeable {

    private final RestoreOptions options;
    private final SessionManifests manifests = new SessionManifests();
    /** Null before the target was opened first; stays when it is closed. */
    private OpenSession open;
    /** What this session has completed last, as long as no other stream has come. */
    private CompletedSession completed;

    /** @throws RestoreException if the disk is to be verified, for which all streams would be needed again */
    public RestoreSession(RestoreOptions options) throws RestoreException {
        if (options.verify()) {
            throw new RestoreException("cannot verify a disk whose streams come one after the other: expected verify=false;"
                    + " nothing was written");
        }
        this.options = options;
    }

    /**
     * Applies a stream.
     *
     * @param until the checkpoint with whose streams the restore is complete; null where that is said by {@link #complete}
     * @throws IncompleteChainException        if another stream has to come before
     * @throws io.virtnbd.chain.ChainException if the stream never fits those that came before
     * @throws RestoreException                if it is damaged, or not what its manifest says, or the target cannot be written
     */
    public SessionProgress accept(StreamInput input, String until) throws IOException {
        return take(new MeasuredInput(input), until);
    }

    /** The same for a stream that comes in another form than it was stored in, so that no manifest can tell anything of it. */
    SessionProgress acceptFrames(StreamInput input, String until) throws IOException {
        return take(input, until);
    }

    private synchronized SessionProgress take(StreamInput input, String until) throws IOException {
        try (RestoreStep step = new RestoreStep(OpenStream.open(input), false)) {
            if (isClosed() && completed != null && completed.repeats(step)) {
                return completed.progress();
            }
            completed = null;
            openFor(step);
            boolean applied = open.apply(step);
            boolean last = open.isPublished() || until != null && open.missing(until).isEmpty();
            return last ? finish(applied) : open.progress(applied);
        }
    }

    private void openFor(RestoreStep step) throws IOException {
        openOrBegin(step);
        if (open.isOfAnother(step)) {
            open.discard();
            openOrBegin(step);
        }
    }

    private void openOrBegin(RestoreStep step) throws IOException {
        if (openLeft()) {
            return;
        }
        if (!step.isBase()) {
            throw new IncompleteChainException(RestoreStep.describe(step.metadata()) + " came too early: expected first "
                    + SessionState.BASE, List.of(SessionState.BASE));
        }
        open = new OpenSession(options, manifests, step.metadata().virtualSize());
    }

    /**
     * Opens what an earlier session has left, unless something is open.
     *
     * @return whether something is open now
     */
    private boolean openLeft() throws IOException {
        if (isClosed()) {
            Optional<JournalHeader> left = OpenTarget.leftHeader(options)
                    .filter(header -> header.plan().equals(JournalHeader.SESSION));
            if (left.isPresent()) {
                open = new OpenSession(options, manifests, left.get().size()); // it grows when a stream is taken
            }
        }
        return !isClosed();
    }

    /**
     * Takes the manifest of a backup: what was applied of it, and what is still to come, is compared with it.
     *
     * @throws ChainException   if it is that of another backup than the streams; nothing has changed then
     * @throws RestoreException if a stream is not the one that it lists: what was written is removed, but for an image that was
     *                          complete before
     */
    public synchronized void compare(Manifest manifest) throws IOException {
        if (isClosed() && completed != null) {
            completed.compare(manifest, target());
        } else if (openLeft()) {
            open.compare(manifest);
        } else {
            manifests.add(manifest);
        }
    }

    /**
     * All streams have come: makes the image what was asked for. May be called again as long as no other stream comes.
     *
     * @param until the checkpoint that the disk must be at; null for any
     * @throws IncompleteChainException if streams are missing, or a manifest has come of a later backup of the disk and no
     *                                  checkpoint is named; nothing has changed then
     */
    public synchronized SessionProgress complete(String until) throws IOException {
        if (isClosed() && completed != null && (until == null || until.equals(completed.progress().checkpoint()))) {
            return completed.progress();
        }
        if (!openLeft()) {
            throw new IncompleteChainException("cannot complete the restore to " + target() + ": expected first "
                    + SessionState.BASE + ", found that no stream has come", List.of(SessionState.BASE));
        }
        List<String> missing = open.missing(until);
        if (!missing.isEmpty()) {
            throw new IncompleteChainException("cannot complete the restore to " + target() + ": expected first "
                    + String.join(", ", missing), missing);
        }
        return finish(false);
    }

    private Object target() {
        return options.image() != null ? options.image() : options.nbdUri();
    }

    private SessionProgress finish(boolean applied) throws IOException {
        SessionProgress progress = open.complete(applied);
        completed = CompletedSession.of(progress, open.content());
        open.close();
        manifests.logUnchecked(progress, completed.content(), target());
        manifests.clear();
        return progress;
    }

    /** Whether manifests have come that streams are still to be compared with. */
    public synchronized boolean hasManifests() {
        return !manifests.isEmpty();
    }

    /** Whether nothing is open: after the restore was completed, or has failed. */
    public synchronized boolean isClosed() {
        return open == null || !open.isOpen();
    }

    /** Whether the restore was completed, and no other has begun. */
    public synchronized boolean isComplete() {
        return completed != null;
    }

    /** Leaves what was written, with its journal, for another session to go on with; without resume it is removed. */
    @Override
    public synchronized void close() throws IOException {
        if (open != null) {
            open.close();
        }
    }
}
