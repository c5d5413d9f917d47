/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import java.security.MessageDigest;
import org.apache.camel.Message;

/**
 * A stream whose frames are messages of their own: adds up what the stream is that they make when they are joined, in order.
 */
public final class FrameStream {

    private final BackupRun run;
    private final ArtifactDelivery stream;
    private final MessageDigest digest;
    private long bytes;

    FrameStream(BackupRun run, ArtifactDelivery stream, boolean checksum) {
        this.run = run;
        this.stream = stream;
        this.digest = checksum ? ArtifactBody.sha256() : null;
    }

    /** The next message: a frame. */
    public Message frame(String name, byte[] frame) {
        bytes += frame.length;
        if (digest != null) {
            digest.update(frame);
        }
        return run.message(new ArtifactDelivery(name, ArtifactKind.FRAME, stream.disk()), frame);
    }

    /**
     * The next message: the last frame.
     *
     * @param lastOfAll whether it is the last message of the backup, too
     */
    public Message lastFrame(String name, byte[] frame, boolean lastOfAll) {
        Message message = frame(name, frame);
        run.log().read(stream, bytes, digest == null ? null : digest.digest());
        if (lastOfAll) {
            run.log().last(((PartMessage) message).artifact());
        }
        return message;
    }
}
