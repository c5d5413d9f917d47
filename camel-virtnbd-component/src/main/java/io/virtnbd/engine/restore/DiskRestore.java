/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Restores one disk from its streams. */
public final class DiskRestore {

    private DiskRestore() {
    }

    /**
     * Applies a chain to a new image or to an export. The metadata of all streams are checked first: nothing is written when
     * they do not make a chain. An image appears under its final name when everything was read, checked, written and made
     * durable, and not before; an export has no such moment, so its content is not usable until this method has returned.
     *
     * <p>To an export one segment of a full or a copy can be restored alone. It touches nothing but its own ranges, so that the
     * segments can come in any order, again, and at the same time; whether all have come is for the caller to know.
     *
     * <p>A restore that was interrupted goes on where it was, when it is made again with the same streams and the same target,
     * which has a journal for that. It keeps what is durable: after a failure other than a damage or one of the target, what was
     * written stays.
     *
     * @param inputs all segments, or the one stream, of the full or copy, then of each increment. The segments of one backup can
     *               be in any order, and the backups too where each stream can be read again
     * @throws io.virtnbd.chain.ChainException if the streams do not fit one another
     * @throws RestoreException if a stream is not whole, or the target cannot be written
     */
    public static RestoreResult restore(List<StreamInput> inputs, RestoreOptions options) throws IOException {
        try (RestorePlan plan = options.nbdUri() != null ? RestorePlan.ofPieces(inputs) : RestorePlan.of(inputs)) {
            if (options.verify() && !plan.isReopenable()) {
                throw new RestoreException("cannot verify the restored disk " + plan.finalMetadata().diskName() + ": expected"
                        + " streams that can be read again, as files, found one that can be read once; nothing was written");
            }
            String disk = plan.finalMetadata().diskName();
            try (RestoreRun run = RestoreRun.open(options, plan.identity(), plan.finalMetadata().virtualSize(),
                    done -> options.progress().progress(disk, done, plan.dataBytes()))) {
                try {
                    if (!run.isPublished()) {
                        apply(plan, run, options);
                    }
                } catch (Throwable e) {
                    run.failed(e);
                    throw e;
                }
                return result(plan, run.content(), options);
            }
        }
    }

    /** Whether the image is as an earlier restore has left it, whose journal is still there. Which streams it had is not looked at. */
    public static boolean isComplete(RestoreOptions options) throws IOException {
        Optional<JournalContent> left = options.image() == null ? Optional.empty() : OpenTarget.left(options);
        return left.isPresent() && PartialImage.isPublished(options.image().toAbsolutePath(), left.get());
    }

    /** Removes the journal of a complete image that {@linkplain RestoreOptions#journalStays has stayed}. */
    public static void forget(RestoreOptions options) throws IOException {
        if (isComplete(options)) {
            RestoreJournal.delete(OpenTarget.journalFile(options));
        }
    }

    private static void apply(RestorePlan plan, RestoreRun run, RestoreOptions options) throws IOException {
        List<RestoreStep> base = plan.steps().stream().takeWhile(RestoreStep::isBase).toList();
        for (int i = 0; i < plan.steps().size(); i++) {
            run.apply(i, plan.steps().get(i));
            if (i == base.size() - 1 && !run.hasBegun(base.size())) {
                run.finishBase(base, IntStream.range(0, base.size()).boxed().toList(), plan.finalMetadata().virtualSize());
            }
        }
        if (options.verify()) {
            RestoredDiskCheck.check(plan, run.target());
        }
        run.complete();
    }

    private static RestoreResult result(RestorePlan plan, JournalContent content, RestoreOptions options) {
        return new RestoreResult(plan.finalMetadata().diskName(), plan.finalMetadata().checkpointName(),
                plan.finalMetadata().virtualSize(), plan.steps().size(), content.dataBytes(), content.zeroBytes(),
                plan.segmentIndex(), plan.segmentCount(), Optional.ofNullable(options.image()));
    }
}
