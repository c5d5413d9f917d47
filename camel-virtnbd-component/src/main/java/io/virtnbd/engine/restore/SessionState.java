/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The streams of a session so far, and whether another one fits. Belongs to one thread at a time. */
final class SessionState {

    /** For messages. */
    static final String BASE = "the full or copy of the chain";

    private final JournalContent content;
    private final List<RestoreStep> steps = new ArrayList<>();
    private ChainRules rules = new ChainRules();
    /** Index of the first stream of the last backup. */
    private int levelStart;
    private long dataSize;

    /** @throws ChainException if the streams in the journal make no chain */
    SessionState(JournalContent content) throws ChainException {
        this.content = content;
        for (BegunStream stream : content.begun()) {
            add(new RestoreStep(stream.metadata()));
        }
    }

    private void add(RestoreStep step) throws ChainException {
        boolean newLevel = rules.isWholeBackup();
        rules.add(step);
        levelStart = newLevel ? steps.size() : levelStart;
        steps.add(step);
        dataSize += step.metadata().dataSize();
    }

    /** Index of a stream that came before, or -1. */
    int find(BegunStream stream) {
        for (int i = 0; i < content.begun().size(); i++) {
            if (content.begun().get(i).isSame(stream)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a stream that did not come before is of a full or copy that another chain than this one begins with. */
    boolean isOfAnotherChain(RestoreStep step) {
        if (steps.isEmpty() || !step.isBase()) {
            return false;
        }
        StreamMetadata base = steps.get(0).metadata();
        return !base.checkpointName().equals(step.metadata().checkpointName()) || !base.date().equals(step.metadata().date());
    }

    /** Takes another stream, and gives its index. */
    int begin(RestoreStep step) throws IOException {
        try {
            add(step);
        } catch (ChainException e) {
            ChainRules before = new ChainRules();
            for (RestoreStep each : steps) {
                before.add(each);
            }
            rules = before;
            throw e;
        }
        content.add(step.identity());
        return steps.size() - 1;
    }

    /**
     * Whether a stream that did not come before can be applied now.
     *
     * @throws IncompleteChainException if others have to come first
     */
    void requireReady(RestoreStep step) throws IncompleteChainException {
        if (rules.base() == null) {
            if (!step.isBase()) {
                throw early(step, BASE);
            }
            return;
        }
        boolean sameBackup = step.isBase() == rules.last().isBase()
                && step.metadata().checkpointName().equals(rules.last().metadata().checkpointName());
        if (!sameBackup) {
            List<String> missing = missing();
            if (!missing.isEmpty()) {
                throw new IncompleteChainException(step.name() + " came too early: expected first " + String.join(", ", missing),
                        missing);
            }
            String parent = step.metadata().parentCheckpoint();
            boolean known = steps.stream().anyMatch(each -> each.metadata().checkpointName().equals(parent));
            if (!step.isBase() && !known) {
                throw early(step, streamOf(parent));
            }
        }
    }

    private static IncompleteChainException early(RestoreStep step, String missing) {
        return new IncompleteChainException(step.name() + " came too early: expected first " + missing, List.of(missing));
    }

    /** What the last backup lacks. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (int index : rules.missingSegments()) {
            missing.add("segment " + index + " of checkpoint " + rules.last().metadata().checkpointName());
        }
        for (int i = levelStart; i < steps.size(); i++) {
            if (!content.progress(i).whole()) {
                missing.add(RestoreStep.describe(steps.get(i).metadata()) + " as a whole");
            }
        }
        return missing;
    }

    /**
     * What the disk lacks.
     *
     * @param until the checkpoint that it must be at; null for any
     */
    List<String> missing(String until) {
        if (steps.isEmpty()) {
            return List.of(BASE);
        }
        List<String> missing = missing();
        boolean there = until == null || last().metadata().checkpointName().equals(until);
        return missing.isEmpty() && !there ? List.of(streamOf(until)) : missing;
    }

    /** For messages. */
    static String streamOf(String checkpoint) {
        return "the stream of checkpoint " + checkpoint;
    }

    /**
     * How far the restore has come, of which there is a stream.
     *
     * @param image null where the target is an export
     */
    SessionProgress progress(boolean applied, boolean complete, Path image) {
        StreamMetadata last = last().metadata();
        return new SessionProgress(last.diskName(), last.checkpointName(), last.virtualSize(), applied, complete,
                (int) content.progress().stream().filter(StreamProgress::whole).count(), rules.missingSegments(),
                content.dataBytes(), content.zeroBytes(), Optional.ofNullable(image));
    }

    /** Bytes of the data frames of all streams, as they say of themselves. */
    long dataSize() {
        return dataSize;
    }

    /** Bytes of the disk at the last backup; 0 where no stream has come. */
    long virtualSize() {
        return last() == null ? 0 : last().metadata().virtualSize();
    }

    /** The last stream that came, or null. */
    RestoreStep last() {
        return rules.last();
    }

    /** Whether the last backup is the full or copy. */
    boolean isAtBase() {
        return levelStart == 0;
    }

    List<RestoreStep> steps() {
        return steps;
    }
}
