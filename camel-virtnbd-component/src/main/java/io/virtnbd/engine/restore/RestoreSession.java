/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.Closing;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
    private RestoreRun run;
    private SessionState state;
    private long size;
    private long total;
    /** What this session has completed last, as long as no other stream has come. */
    private CompletedSession completed;
    private final SessionManifests manifests = new SessionManifests();

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
        RestoreStep step = new RestoreStep(OpenStream.open(input), false);
        try (step) {
            if (run == null && completed != null && completed.repeats(step)) {
                return completed.progress();
            }
            completed = null;
            boolean finished = open(step.metadata());
            int index = state.find(step.identity());
            if (finished && index >= 0) {
                return end(false);
            }
            if (finished) {
                close();
                open(step.metadata());
                index = -1;
            }
            if (index < 0 && step.isBase() && state.last() != null && !run.isUsed()) {
                index = startOver(step);
            }
            boolean again = index >= 0 && run.content().progress(index).whole();
            if (!again) {
                apply(index, step);
            }
            boolean last = until != null && state.last().metadata().checkpointName().equals(until) && state.missing().isEmpty();
            return last ? finish(!again) : progress(!again, false);
        }
    }

    /**
     * Takes the manifest of a backup: what was applied of it, and what is still to come, is compared with it.
     *
     * @throws ChainException   if it is that of another backup than the streams; nothing has changed then
     * @throws RestoreException if a stream is not the one that it lists: what was written is removed, but for an image that was
     *                          complete before
     */
    public synchronized void compare(Manifest manifest) throws IOException {
        if (run == null && completed != null) {
            completed.compare(manifest, target());
            return;
        }
        if (run == null && left().isPresent()) {
            open(left().get().size());
        }
        if (run == null) {
            manifests.add(manifest, new JournalContent(new JournalHeader(JournalHeader.SESSION, "", 0, 0)));
            return;
        }
        try {
            manifests.add(manifest, run.content());
            keepManifests();
        } catch (RestoreException e) {
            run.failed(e);
            close();
            throw e;
        }
    }

    /** What an earlier session has left. */
    private Optional<JournalHeader> left() throws IOException {
        return OpenTarget.leftHeader(options).filter(header -> header.plan().equals(JournalHeader.SESSION));
    }

    /** The journal is of another chain: begins afresh. Returns -1, or the index of a stream that it has after all. */
    private int startOver(RestoreStep step) throws IOException {
        StreamMetadata base = state.steps().get(0).metadata();
        if (base.checkpointName().equals(step.metadata().checkpointName()) && base.date().equals(step.metadata().date())) {
            return -1;
        }
        run.discard();
        run.close();
        run = null;
        open(step.metadata());
        return -1;
    }

    private void apply(int known, RestoreStep step) throws IOException {
        try {
            int index = known;
            if (index < 0) {
                state.requireReady(step);
                manifests.requireSameBackup(step);
                index = begin(step);
            }
            run.use();
            run.apply(index, step);
            keepManifests();
            manifests.check(run.content(), index);
            run.save();
        } catch (IncompleteChainException | ChainException e) {
            // nothing was changed, but a target that was opened for it may have another size than the next one needs
            if (state.last() == null) {
                run.discard();
                close();
            }
            throw e;
        } catch (Throwable e) {
            if (run != null) {
                run.failed(e); // it is not where the target could not be opened again
            }
            close();
            throw e;
        }
    }

    private void keepManifests() throws IOException {
        if (state.last() != null && !run.isPublished()) {
            manifests.keep(state.last().metadata().diskName(), run.content(), run.journal());
        }
    }

    private int begin(RestoreStep step) throws IOException {
        long before = state.last() == null ? 0 : state.last().metadata().virtualSize();
        boolean nextLevel = state.last() != null && state.missing().isEmpty();
        if (nextLevel) {
            finishBase();
        }
        int index = state.begin(step);
        long now = step.metadata().virtualSize();
        if (now > size) {
            // the journal has the stream when the disk has grown and is filled
            run.content().begun().remove(index);
            grow(now);
            state.begin(step);
        }
        if (nextLevel && now > before) {
            run.fill(before, now);
            run.save();
        }
        total += step.metadata().dataSize();
        if (run.journal() != null) {
            run.journal().begun(step.identity());
        }
        return index;
    }

    /** What the base leaves out is filled in before anything else is written. */
    private void finishBase() throws IOException {
        if (state.isAtBase()) {
            run.finishBase(state.steps(), IntStream.range(0, state.steps().size()).boxed().toList(),
                    state.last().metadata().virtualSize());
        }
    }

    /** Opens the target for a larger disk. */
    private void grow(long now) throws IOException {
        JournalContent content = run.content();
        run.keep();
        run.close();
        run = null;
        run = RestoreRun.reopen(options, now, content, this::report);
        size = now;
        state = new SessionState(run.content());
    }

    /** @return whether it turns out to be complete already */
    private boolean open(StreamMetadata metadata) throws IOException {
        if (run == null) {
            JournalHeader left = left().orElse(null);
            if (left == null && metadata.incremental()) {
                throw new IncompleteChainException(RestoreStep.describe(metadata)
                        + " came too early: expected first the full or copy of the chain",
                        List.of("the full or copy of the chain"));
            }
            open(left == null ? metadata.virtualSize() : left.size()); // it grows when the stream is taken
        }
        return run.isPublished();
    }

    private void open(long bytes) throws IOException {
        RestoreRun opened = RestoreRun.open(options, JournalHeader.SESSION, bytes, this::report);
        try {
            state = new SessionState(opened.content());
        } catch (Throwable e) {
            opened.leave();
            Closing.after(e, opened);
            throw e;
        }
        run = opened;
        size = bytes;
        manifests.restore(run.content());
        total = run.content().begun().stream().mapToLong(stream -> stream.metadata().dataSize()).sum();
    }

    private void report(long done) {
        options.progress().progress(state.last().metadata().diskName(), done, total);
    }

    /**
     * All streams have come: makes the image what was asked for. May be called again as long as no other stream comes.
     *
     * @param until the checkpoint that the disk must be at; null for any
     * @throws IncompleteChainException if streams are missing, or a manifest has come of a later backup of the disk and no
     *                                  checkpoint is named; nothing has changed then
     */
    public synchronized SessionProgress complete(String until) throws IOException {
        if (run == null && completed != null && (until == null || until.equals(completed.progress().checkpoint()))) {
            return completed.progress();
        }
        if (run == null) {
            JournalHeader left = left().orElseThrow(() -> new IncompleteChainException("cannot complete the restore to " + target()
                            + ": expected first the full or copy of the chain, found that no stream has come",
                            List.of("the full or copy of the chain")));
            open(left.size());
        }
        if (run.isPublished()) {
            return end(false);
        }
        List<String> missing = state.last() == null ? List.of("the full or copy of the chain") : state.missing();
        if (missing.isEmpty() && until != null && !state.last().metadata().checkpointName().equals(until)) {
            missing = List.of("the stream of checkpoint " + until);
        }
        if (missing.isEmpty() && until == null) {
            missing = manifests.newerThan(state.last().metadata()).stream().map(name -> "the stream of checkpoint " + name).toList();
        }
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
        try {
            finishBase();
            run.complete();
        } catch (Throwable e) {
            run.failed(e);
            close();
            throw e;
        }
        return end(applied);
    }

    private SessionProgress end(boolean applied) throws IOException {
        SessionProgress progress = progress(applied, true);
        completed = CompletedSession.of(progress, run.content());
        run.close();
        run = null;
        manifests.logUnchecked(progress, completed.content(), target());
        manifests.clear();
        return progress;
    }

    private SessionProgress progress(boolean applied, boolean complete) {
        StreamMetadata last = state.last().metadata();
        JournalContent content = run.content();
        return new SessionProgress(last.diskName(), last.checkpointName(), last.virtualSize(), applied, complete,
                (int) content.progress().stream().filter(StreamProgress::whole).count(), state.missingSegments(),
                content.dataBytes(), content.zeroBytes(), Optional.ofNullable(options.image()));
    }

    /** Whether manifests have come that streams are still to be compared with. */
    public synchronized boolean hasManifests() {
        return !manifests.isEmpty();
    }

    /** Whether nothing is open: after the restore was completed, or has failed. */
    public synchronized boolean isClosed() {
        return run == null;
    }

    /** Whether the restore was completed, and no other has begun. */
    public synchronized boolean isComplete() {
        return completed != null;
    }

    /** Leaves what was written, with its journal, for another session to go on with; without resume it is removed. */
    @Override
    public synchronized void close() throws IOException {
        if (run != null) {
            RestoreRun open = run;
            run = null;
            open.leave();
            open.close();
        }
    }
}
