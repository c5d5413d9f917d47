/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.Closing;
import io.virtnbd.engine.qemu.QemuToolException;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.store.Interruptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Streams on their way to a target, with what is known of those that an earlier run has applied. Belongs to one thread. */
final class RestoreRun implements Closeable {

    private final RestoreOptions options;
    private final OpenTarget open;
    private final DurableProgress durable;
    private final StreamApplier applier;
    private final boolean resumed;
    private boolean decided;

    private RestoreRun(RestoreOptions options, OpenTarget open, LongConsumer progress) {
        this.options = options;
        this.open = open;
        this.resumed = !open.content().progress().isEmpty();
        this.durable = new DurableProgress(open.target(), options.resume() ? open.journal() : null, options.syncInterval());
        this.applier = open.isPublished() ? null : new StreamApplier(open.target(), durable, content().wholeDataBytes(), progress);
    }

    /** @see OpenTarget#open */
    static RestoreRun open(RestoreOptions options, String plan, long size, LongConsumer progress) throws IOException {
        return new RestoreRun(options, OpenTarget.open(options, plan, size), progress);
    }

    /** @see OpenTarget#reopen */
    static RestoreRun reopen(RestoreOptions options, long size, JournalContent kept, LongConsumer progress) throws IOException {
        return new RestoreRun(options, OpenTarget.reopen(options, size, kept), progress);
    }

    /** Whether an earlier run has done everything. */
    boolean isPublished() {
        return open.isPublished();
    }

    /** How far it has come. */
    JournalContent content() {
        return open.content();
    }

    /** Whether something of a stream was applied in an earlier run, and so all that comes before it. */
    boolean hasBegun(int index) {
        return content().progress(index).whole() || content().progress(index).end() > 0;
    }

    RestoreJournal journal() {
        return open.journal();
    }

    /** Applies what was not yet applied of a stream. */
    void apply(int index, RestoreStep step) throws IOException {
        StreamProgress before = content().progress(index);
        if (before.whole()) {
            return;
        }
        try (OpenStream stream = step.open()) {
            if (step.input() instanceof MeasuredInput measured) {
                measured.goOn(before.end() > 0 ? content().read(index) : Optional.empty());
            }
            StreamProgress progress = applier.apply(step, stream.reader(), before);
            if (step.input() instanceof MeasuredInput measured) {
                if (measured.isShorter()) {
                    throw new RestoreException(step.name() + ": expected the stream that was begun, found a shorter one");
                }
                read(index, measured.content());
            }
            content().add(progress);
            durable.whole(progress);
        } catch (MalformedStreamException e) {
            throw OpenStream.named(step.input(), e);
        }
    }

    /** Is known before the stream counts as applied. */
    private void read(int index, ReadContent read) throws IOException {
        content().read(index, read);
        if (journal() != null) {
            journal().read(index, read);
        }
    }

    /**
     * All streams of the full or copy were applied: checks that they leave out nothing, and fills what they may leave out.
     *
     * @param steps    its streams, the first of which has the given index
     * @param diskSize bytes of the disk in the end
     */
    void finishBase(List<RestoreStep> steps, List<Integer> indices, long diskSize) throws IOException {
        if (steps.get(0).isAlone()) {
            BaseCoverage.checkAlone(steps.get(0), content().progress(indices.get(0)));
            return;
        }
        BaseCoverage coverage = new BaseCoverage();
        for (int i = 0; i < steps.size(); i++) {
            coverage.add(steps.get(i), content().progress(indices.get(i)));
        }
        coverage.finish(steps.get(0), diskSize, applier::fill);
        settleFills();
    }

    /** Makes a range of the disk read as zeroes, where it may not. */
    void fill(long from, long to) throws IOException {
        applier.fill(from, to);
        settleFills();
    }

    /** No progress of a stream tells of them: they are durable before the journal says that something came after. */
    private void settleFills() throws IOException {
        open.target().drain();
        if (journal() != null && !open.target().isBlank()) {
            open.target().sync();
        }
    }

    /** Makes all that was applied durable, and the journal say so. */
    void save() throws IOException {
        durable.finish();
    }

    /** The target with everything in it that was applied, to be read. */
    RestoreTarget target() throws IOException {
        open.target().drain();
        return open.target();
    }

    void complete() throws IOException {
        durable.finish();
        open.complete();
        decided = true;
    }

    /**
     * Keeps what was written, after a failure that another attempt need not have: when it was interrupted, or a stream could not
     * be read, but not when a stream is damaged or the target cannot be written.
     */
    void failed(Throwable failure) {
        decided = true;
        durable.settle();
        boolean kept = options.resume() && (isInterruption(failure) || !isFinal(failure))
                && (resumed || durable.hasSaved());
        if (kept) {
            open.keep();
        }
    }

    private static boolean isInterruption(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException || Interruptions.isInterruption(cause)) {
                return true;
            }
        }
        return Thread.currentThread().isInterrupted();
    }

    private static boolean isFinal(Throwable failure) {
        return failure instanceof RestoreException || failure instanceof ChainException
                || failure instanceof MalformedStreamException || failure instanceof QemuToolException;
    }

    /** What was written stays, for a later run to go on with. */
    void keep() {
        open.keep();
    }

    /** Decides that nothing of it stays. */
    void discard() {
        decided = true;
    }

    /** What was written stays if that is wanted and there is something, unless a failure has decided, or all is done. */
    void leave() {
        if (!decided && options.resume() && (resumed || durable.hasSaved())) {
            open.keep();
        }
    }

    @Override
    public void close() throws IOException {
        Closing.all(Arrays.asList(applier, durable, open));
    }
}
