/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.Closing;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A session while its target is open: the run, and the streams that it has taken. The target is opened again for a larger disk,
 * and closed by a failure that ends the restore. Belongs to one thread at a time.
 */
final class OpenSession implements Closeable {

    private final RestoreOptions options;
    private final SessionManifests manifests;
    /** Null when it was closed. */
    private RestoreRun run;
    private SessionState state;
    /** Whether a stream was to be applied since the target was opened. */
    private boolean used;

    /**
     * Opens the target, or goes on with what an earlier session has left.
     *
     * @param manifests of the session; those that an earlier one has kept are added
     * @param size      bytes of the disk so far
     * @throws ChainException   if the streams that an earlier session has left make no chain
     * @throws RestoreException if the target cannot be opened
     */
    OpenSession(RestoreOptions options, SessionManifests manifests, long size) throws IOException {
        this.options = options;
        this.manifests = manifests;
        RestoreRun opened = RestoreRun.open(options, JournalHeader.SESSION, size, this::report);
        try {
            state = new SessionState(opened.content());
        } catch (Throwable e) {
            opened.leave();
            Closing.after(e, opened);
            throw e;
        }
        run = opened;
        manifests.restore(run.content());
    }

    private void report(long done) {
        options.progress().progress(state.last().metadata().diskName(), done, state.dataSize());
    }

    /** Not when it was closed, by a failure too. */
    boolean isOpen() {
        return run != null;
    }

    /** Whether an earlier session has done everything. */
    boolean isPublished() {
        return run.isPublished();
    }

    /** Whether it is what an earlier session has left of another restore than the one that a stream is of. */
    boolean isOfAnother(RestoreStep step) throws IOException {
        return state.find(step.identity()) < 0 && (run.isPublished() || !used && state.isOfAnotherChain(step));
    }

    JournalContent content() {
        return run.content();
    }

    /**
     * Applies a stream, and makes that durable.
     *
     * @return whether the disk was changed; not where the stream had been applied before
     * @throws IncompleteChainException if another stream, or the manifest of its backup, has to come before
     * @throws ChainException           if it never fits those that came before
     * @throws RestoreException         if it is damaged or not what its manifest says, or the target cannot be written
     */
    boolean apply(RestoreStep step) throws IOException {
        int known = state.find(step.identity());
        if (known >= 0 && run.content().progress(known).whole()) {
            return false;
        }
        try {
            int index = known >= 0 ? known : begin(step);
            used = true;
            run.apply(index, step);
            keepManifests();
            manifests.check(run.content(), index);
            run.save();
            return true;
        } catch (IncompleteChainException | ChainException e) {
            // nothing was changed, but a target that was opened for it may have another size than the next one needs
            if (state.last() == null) {
                discard();
            }
            throw e;
        } catch (Throwable e) {
            fail(e);
            throw e;
        }
    }

    private int begin(RestoreStep step) throws IOException {
        state.requireReady(step);
        manifests.requireSameBackup(step);
        long before = state.virtualSize();
        boolean nextLevel = state.last() != null && state.missing().isEmpty();
        if (nextLevel) {
            finishBase();
        }
        int index = state.begin(step);
        long now = step.metadata().virtualSize();
        if (now > run.content().header().size()) {
            // the journal has the stream when the disk has grown and is filled
            run.content().begun().remove(index);
            grow(now);
            state.begin(step);
        }
        if (nextLevel && now > before) {
            run.fill(before, now);
            run.save();
        }
        if (run.journal() != null) {
            run.journal().begun(step.identity());
        }
        return index;
    }

    /** What the base leaves out is filled in before anything else is written. */
    private void finishBase() throws IOException {
        if (state.isAtBase()) {
            run.finishBase(state.steps(), IntStream.range(0, state.steps().size()).boxed().toList(), state.virtualSize());
        }
    }

    /** Opens the target for a larger disk. */
    private void grow(long size) throws IOException {
        JournalContent content = run.content();
        run.keep();
        run.close();
        run = null;
        run = RestoreRun.reopen(options, size, content, this::report);
        state = new SessionState(run.content());
    }

    /**
     * Compares what was applied of a backup with its manifest.
     *
     * @throws ChainException   if it is that of another backup; nothing has changed then
     * @throws RestoreException if a stream is not the one that it lists; what was written is removed
     */
    void compare(Manifest manifest) throws IOException {
        try {
            manifests.add(manifest, run.content());
            keepManifests();
        } catch (RestoreException e) {
            fail(e);
            throw e;
        }
    }

    private void keepManifests() throws IOException {
        if (state.last() != null && !run.isPublished()) {
            manifests.keep(state.last().metadata().diskName(), run.content(), run.journal());
        }
    }

    /**
     * What has to come before the restore is complete.
     *
     * @param until the checkpoint that the disk must be at; null for the last one that a manifest tells of
     */
    List<String> missing(String until) {
        if (run.isPublished()) {
            return List.of();
        }
        List<String> missing = state.missing(until);
        return missing.isEmpty() && until == null ? manifests.newerThan(state.last().metadata()).stream()
                .map(SessionState::streamOf).toList() : missing;
    }

    /** All streams have come: makes the image what was asked for, unless an earlier session has done that. */
    SessionProgress complete(boolean applied) throws IOException {
        if (!run.isPublished()) {
            try {
                finishBase();
                run.complete();
            } catch (Throwable e) {
                fail(e);
                throw e;
            }
        }
        return state.progress(applied, true, options.image());
    }

    SessionProgress progress(boolean applied) {
        return state.progress(applied, false, options.image());
    }

    private void fail(Throwable failure) throws IOException {
        if (run != null) { // it is not where the target could not be opened again
            run.failed(failure);
        }
        close();
    }

    /** Closes it, and nothing stays that was written, but for an image that was complete before. */
    void discard() throws IOException {
        run.discard();
        close();
    }

    /** Leaves what was written, with its journal, for another session to go on with; without resume it is removed. */
    @Override
    public void close() throws IOException {
        if (run != null) {
            RestoreRun open = run;
            run = null;
            open.leave();
            open.close();
        }
    }
}
