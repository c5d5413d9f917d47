/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Sha256;
import io.virtnbd.engine.Closing;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;

/**
 * The streams of a restore, whose metadata are known to fit one another before anything is written. An input that can be opened
 * only once stays open, the others are opened when their turn comes, so that a chain of thousands of files does not need as
 * many handles.
 */
final class RestorePlan implements Closeable {

    private List<RestoreStep> steps = new ArrayList<>();
    private long dataBytes;

    private RestorePlan() {
    }

    /** @throws ChainException if the streams do not make a chain */
    static RestorePlan of(List<StreamInput> inputs) throws IOException {
        return of(inputs, false);
    }

    /**
     * The streams of a restore to what may get a disk piece by piece: one segment of a full or a copy, alone, or else a chain.
     *
     * @throws ChainException if the streams are neither
     */
    static RestorePlan ofPieces(List<StreamInput> inputs) throws IOException {
        return of(inputs, inputs.size() == 1);
    }

    private static RestorePlan of(List<StreamInput> inputs, boolean alone) throws IOException {
        if (inputs.isEmpty()) {
            throw new ChainException("there is no stream to restore");
        }
        RestorePlan plan = new RestorePlan();
        try {
            for (StreamInput input : inputs) {
                plan.add(new RestoreStep(OpenStream.open(input), alone));
            }
            plan.check();
            return plan;
        } catch (Throwable e) {
            Closing.after(e, plan);
            throw e;
        }
    }

    private void add(RestoreStep step) throws IOException {
        steps.add(step);
        dataBytes += step.metadata().dataSize();
        if (step.input().reopenable()) {
            step.close();
        }
    }

    private void check() throws ChainException {
        steps = StreamOrder.sort(steps);
        if (!steps.get(0).isAlone()) {
            ChainRules rules = new ChainRules();
            for (RestoreStep step : steps) {
                rules.add(step);
            }
            rules.end();
        }
    }

    /** The same for the same streams, and for no others: SHA-256 of what they say of themselves and of their sizes. */
    String identity() throws IOException {
        MessageDigest digest = Sha256.digest();
        for (RestoreStep step : steps) {
            digest.update(step.metadata().toJson());
            digest.update((" " + step.identity().bytes() + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Whether every stream can be read more than once. */
    boolean isReopenable() {
        return steps.stream().allMatch(step -> step.input().reopenable());
    }

    List<RestoreStep> steps() {
        return steps;
    }

    /** Of the last stream, which names the disk and the checkpoint, and is the largest. */
    StreamMetadata finalMetadata() {
        return steps.get(steps.size() - 1).metadata();
    }

    /** Which segment it is that is restored alone; empty where a disk is. */
    OptionalInt segmentIndex() {
        return steps.get(0).isAlone() ? finalMetadata().segmentIndex() : OptionalInt.empty();
    }

    /** Of how many segments it is one. */
    OptionalInt segmentCount() {
        return steps.get(0).isAlone() ? finalMetadata().segmentCount() : OptionalInt.empty();
    }

    /** The bytes of the data frames of all streams, as their metadata promise them. */
    long dataBytes() {
        return dataBytes;
    }

    @Override
    public void close() throws IOException {
        Closing.all(steps);
    }
}
