/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.EncodedFrame;
import io.virtnbd.engine.backup.FrameIterator;
import io.virtnbd.sparsestream.FrameKind;
import java.security.MessageDigest;
import java.util.Iterator;
import org.apache.camel.Message;

/**
 * The frames of one disk as messages. A manifest has one entry for all of them: the stream that they make when they are
 * joined, in order.
 */
final class DiskFrames implements Iterator<Message> {

    private final BackupRun run;
    private final BackupParts parts;
    private final BackedUpDisk disk;
    private final boolean lastDisk;
    private final FrameIterator frames;
    private final MessageDigest digest;
    private ArtifactDelivery stream;
    private long bytes;

    DiskFrames(BackupRun run, BackupParts parts, BackedUpDisk disk, boolean lastDisk) {
        this.run = run;
        this.parts = parts;
        this.disk = disk;
        this.lastDisk = lastDisk;
        this.frames = disk.backup().frames();
        this.digest = run.hasManifest() && run.checksums() ? ArtifactBody.sha256() : null;
    }

    @Override
    public boolean hasNext() {
        return frames.hasNext();
    }

    @Override
    public Message next() {
        if (stream == null) {
            stream = run.log().add(disk.fileName().text(), ArtifactKind.DISK, disk.fileName().disk());
        }
        EncodedFrame encoded = frames.next();
        ArtifactDelivery artifact = new ArtifactDelivery(encoded.frame().kind().tag() + " frame at " + encoded.frame().start(),
                ArtifactKind.FRAME, stream.disk());
        count(encoded);
        if (!frames.hasNext()) {
            run.log().read(stream, bytes, digest == null ? null : digest.digest());
            if (lastDisk && !run.hasManifest()) {
                run.log().last(artifact);
            }
        }
        return parts.frame(disk, artifact, encoded, run.hasManifest() ? stream.name() : null);
    }

    private void count(EncodedFrame encoded) {
        bytes += encoded.bytes().length;
        if (digest != null) {
            digest.update(encoded.bytes());
        }
        if (encoded.frame().kind() == FrameKind.DATA) {
            run.progress().piece(stream.disk(), encoded.frame().length(), disk.backup().metadata().dataSize());
        }
    }
}
