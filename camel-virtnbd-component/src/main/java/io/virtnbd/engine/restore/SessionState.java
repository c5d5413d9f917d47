/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.ChainException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The streams of a session so far, and whether another one fits. Belongs to one thread at a time. */
final class SessionState {

    private final JournalContent content;
    private final List<RestoreStep> steps = new ArrayList<>();
    private ChainRules rules = new ChainRules();
    /** Index of the first stream of the last backup. */
    private int levelStart;

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
                throw early(step, "the full or copy of the chain");
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
                throw early(step, "the stream of checkpoint " + parent);
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

    List<Integer> missingSegments() {
        return rules.missingSegments();
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
