/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.ArtifactBody;
import io.virtnbd.camel.delivery.ArtifactKind;
import io.virtnbd.camel.delivery.BackupRun;
import io.virtnbd.camel.delivery.MessageSource;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.BackupUnit;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.Segment;
import io.virtnbd.engine.backup.SegmentIterator;
import io.virtnbd.engine.backup.SideFile;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;

/**
 * Makes the messages of a backup, each when it is asked for: the streams of all disks, one disk after the other, then the side
 * files, at last the manifest.
 */
final class BackupParts implements Iterable<Message> {

    private final BackupRun run;
    private final BackupUnit unit;
    private final boolean withManifest;
    private final BackupDescription backup;
    private Map<String, Object> inherited = Map.of();

    /** @param withManifest whether side files and a manifest follow the streams */
    BackupParts(BackupRun run, BackupUnit unit, boolean withManifest) {
        this.run = run;
        this.unit = unit;
        this.withManifest = withManifest;
        this.backup = run.backup().description();
    }

    BackupRun run() {
        return run;
    }

    /** Headers that every message has, unless it has a value of its own for them. */
    void inherit(Map<String, Object> headers) {
        inherited = headers;
    }

    /** The headers of the backup: all its messages have them, and the exchange that made it. */
    Map<String, Object> headers() {
        return BackupHeaders.of(backup);
    }

    /** To be asked for once. Hands out each message when there is room for it. */
    @Override
    public Iterator<Message> iterator() {
        List<MessageSource> all = new ArrayList<>();
        List<BackedUpDisk> disks = run.backup().disks();
        for (BackedUpDisk disk : disks) {
            boolean last = disk == disks.get(disks.size() - 1);
            all.add(switch (unit) {
                case disk -> MappedMessages.of(disk, disk.backup().readAhead(), this::disk);
                case segment -> segments(disk, disk.backup().segments());
                case frame -> new DiskFrames(run, this, disk, last && !withManifest);
            });
        }
        if (withManifest) {
            run.backup().sideFiles()
                    .forEach(file -> all.add(MappedMessages.of(file, file.content().length().orElse(0), this::sideFile)));
            String manifest = BackupFileNames.manifest(backup.domain(), backup.checkpoint());
            all.add(MappedMessages.of(manifest, 0, this::manifest));
        }
        return run.bounded(new JoinedMessages(all));
    }

    private MessageSource segments(BackedUpDisk disk, SegmentIterator segments) {
        return new MappedMessages<>(segments, segments::nextSize, segment -> segment(disk, segment));
    }

    private Message disk(BackedUpDisk disk) {
        Message message = run.artifact(disk.fileName().text(), ArtifactKind.DISK, disk.fileName().disk(), disk.backup().disk(),
                () -> { });
        return ofDisk(disk, artifact(message, ArtifactKind.DISK));
    }

    private Message segment(BackedUpDisk disk, Segment segment) {
        String name = disk.fileName().disk();
        Message message = run.artifact(disk.fileName().segment(segment.index()).text(), ArtifactKind.SEGMENT, name,
                segment.stream(), () -> run.progress().piece(name, segment.dataSize(), disk.backup().metadata().dataSize()));
        ofDisk(disk, artifact(message, ArtifactKind.SEGMENT));
        message.setHeader(VirtNbdConstants.SEGMENT_INDEX, segment.index());
        message.setHeader(VirtNbdConstants.SEGMENT_COUNT, segment.count());
        message.setHeader(VirtNbdConstants.DATA_SIZE, segment.dataSize());
        return message;
    }

    /** Sets the headers of a frame; where there is a manifest, also the name that it has for the stream of which it is one. */
    Message frame(BackedUpDisk disk, Message message) {
        ofDisk(disk, common(message, ArtifactKind.FRAME));
        if (withManifest) {
            message.setHeader(VirtNbdConstants.FILE_NAME, disk.fileName().text());
        }
        return message;
    }

    private Message sideFile(SideFile file) {
        ArtifactKind kind = ArtifactKind.of(file.kind());
        Message message = artifact(run.artifact(file.name(), kind, file.disk().orElse(null), file.content(), () -> { }), kind);
        file.disk().ifPresent(disk -> message.setHeader(VirtNbdConstants.DISK, disk));
        return message;
    }

    private Message manifest(String name) {
        return artifact(run.manifest(name), ArtifactKind.MANIFEST);
    }

    private Message artifact(Message message, ArtifactKind kind) {
        ArtifactBody body = (ArtifactBody) message.getBody();
        common(message, kind);
        message.setHeader(VirtNbdConstants.FILE_NAME, body.name());
        body.contentLength().ifPresent(length -> message.setHeader(VirtNbdConstants.CONTENT_LENGTH, length));
        return message;
    }

    private Message common(Message message, ArtifactKind kind) {
        inherited.forEach(message::setHeader);
        headers().forEach(message::setHeader);
        message.setHeader(VirtNbdConstants.ARTIFACT, kind.label());
        return message;
    }

    private static Message ofDisk(BackedUpDisk disk, Message message) {
        message.setHeader(VirtNbdConstants.DISK, disk.backup().metadata().diskName());
        message.setHeader(VirtNbdConstants.LEVEL, ResultLevel.of(disk.level()));
        message.setHeader(VirtNbdConstants.REASON, disk.reason());
        message.setHeader(VirtNbdConstants.VIRTUAL_SIZE, disk.backup().metadata().virtualSize());
        message.setHeader(VirtNbdConstants.DATA_SIZE, disk.backup().metadata().dataSize());
        return message;
    }
}
