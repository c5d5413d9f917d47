/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.BackupRun;
import io.virtnbd.camel.delivery.FrameStream;
import io.virtnbd.camel.delivery.MessageSource;
import io.virtnbd.camel.header.FrameHeaders;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.EncodedFrame;
import io.virtnbd.engine.backup.FrameIterator;
import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameKind;
import org.apache.camel.Message;

/** The frames of one disk as messages. */
final class DiskFrames implements MessageSource {

    private final BackupRun run;
    private final BackupParts parts;
    private final BackedUpDisk disk;
    private final boolean lastOfAll;
    private final FrameIterator frames;
    private FrameStream stream;

    /** @param lastOfAll whether no other messages follow */
    DiskFrames(BackupRun run, BackupParts parts, BackedUpDisk disk, boolean lastOfAll) {
        this.run = run;
        this.parts = parts;
        this.disk = disk;
        this.lastOfAll = lastOfAll;
        this.frames = disk.backup().frames();
    }

    @Override
    public boolean hasNext() {
        return frames.hasNext();
    }

    @Override
    public long nextSize() {
        return frames.nextSize();
    }

    @Override
    public Message next() {
        if (stream == null) {
            stream = run.frames(disk.fileName().text(), disk.fileName().disk());
        }
        EncodedFrame encoded = frames.next();
        Frame frame = encoded.frame();
        String name = frame.kind().tag() + " frame at " + frame.start();
        if (frame.kind() == FrameKind.DATA) {
            run.progress().piece(disk.fileName().disk(), frame.length(), disk.backup().metadata().dataSize());
        }
        Message message = parts.frame(disk, frames.hasNext() ? stream.frame(name, encoded.bytes())
                : stream.lastFrame(name, encoded.bytes(), lastOfAll));
        FrameHeaders.set(message, frame);
        message.setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) encoded.bytes().length);
        return message;
    }
}
