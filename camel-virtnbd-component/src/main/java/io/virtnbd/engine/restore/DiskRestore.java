/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.ProgressListener;
import io.virtnbd.sparsestream.MalformedStreamException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

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
     * @param inputs all segments in order, or the one stream, of the full or copy, then of each increment
     * @throws io.virtnbd.chain.ChainException if the streams do not fit one another
     * @throws RestoreException if a stream is not whole, or the target cannot be written
     */
    public static RestoreResult restore(List<StreamInput> inputs, RestoreOptions options) throws IOException {
        try (RestorePlan plan = options.nbdUri() != null ? RestorePlan.ofPieces(inputs) : RestorePlan.of(inputs);
             RestoreTarget target = target(options, plan.finalMetadata().virtualSize());
             StreamApplier applier = applier(plan, target, options.progress())) {
            for (RestoreStep step : plan.steps()) {
                try (OpenStream stream = step.open()) {
                    applier.apply(step, stream.reader());
                } catch (MalformedStreamException e) {
                    throw OpenStream.named(step.input(), e);
                }
            }
            target.complete();
            return new RestoreResult(plan.finalMetadata().diskName(), plan.finalMetadata().checkpointName(),
                    plan.finalMetadata().virtualSize(), plan.steps().size(), applier.dataBytes(), applier.zeroBytes(),
                    plan.segmentIndex(), plan.segmentCount(), Optional.ofNullable(options.image()));
        }
    }

    private static StreamApplier applier(RestorePlan plan, RestoreTarget target, ProgressListener progress) {
        String disk = plan.finalMetadata().diskName();
        return new StreamApplier(target, plan.finalMetadata().virtualSize(),
                done -> progress.progress(disk, done, plan.dataBytes()));
    }

    private static RestoreTarget target(RestoreOptions options, long size) throws IOException {
        if (options.nbdUri() != null) {
            return new ExportTarget("export " + options.nbdUri(), options.nbdUri(), options.client(), size, false);
        }
        PartialImage image = PartialImage.claim(options.image(), options.overwrite());
        return switch (options.format()) {
            case RAW -> new RawImageTarget(image, size);
            case QCOW2 -> new Qcow2ImageTarget(image, options.client(), size);
        };
    }
}
