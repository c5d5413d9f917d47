/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.chain.Manifest;
import java.io.IOException;

/**
 * A restore that a session has completed, as messages that come late see it.
 *
 * @param progress what they are told
 * @param content  what is known of the streams
 */
record CompletedSession(SessionProgress progress, JournalContent content) {

    static CompletedSession of(SessionProgress last, JournalContent content) {
        return new CompletedSession(new SessionProgress(last.disk(), last.checkpoint(), last.virtualSize(), false, true,
                last.streams(), last.missing(), last.dataBytes(), last.zeroBytes(), last.image()), content);
    }

    /** Whether it is an increment of this restore, which comes again: it can begin no other. */
    boolean repeats(RestoreStep step) throws IOException {
        BegunStream stream = step.identity();
        return !step.isBase() && content.begun().stream().anyMatch(stream::isSame);
    }

    /** @throws RestoreException if what was restored is not what the manifest lists */
    void compare(Manifest manifest, Object target) throws IOException {
        try {
            new SessionManifests().add(manifest, content);
        } catch (RestoreException e) {
            throw new RestoreException("the restore to " + target + " was complete, and is not what was backed up: "
                    + e.getMessage(), e);
        }
    }
}
