/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.EncodedFrame;
import io.virtnbd.engine.backup.Segment;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.sparsestream.StreamMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;

/**
 * Makes the messages of a backup, each when it is asked for: the streams of all disks, one disk after the other, then the side
 * files, at last the manifest.
 */
final class BackupParts {

    private final BackupRun run;
    private final CamelContext context;
    private final Map<String, Object> inherited;
    private PartMessage previous;

    /** @param inherited headers that every message has, unless it has a value of its own for them */
    BackupParts(BackupRun run, CamelContext context, Map<String, Object> inherited) {
        this.run = run;
        this.context = context;
        this.inherited = inherited;
    }

    /** To be asked for once. */
    Iterator<Message> iterator() {
        List<Iterator<? extends Message>> all = new ArrayList<>();
        List<BackedUpDisk> disks = run.backup().disks();
        for (BackedUpDisk disk : disks) {
            all.add(switch (run.unit()) {
                case disk -> new MappingIterator<>(List.of(disk).iterator(), this::disk);
                case segment -> new MappingIterator<>(disk.backup().segments(), segment -> segment(disk, segment));
                case frame -> new DiskFrames(run, this, disk, disk == disks.get(disks.size() - 1));
            });
        }
        if (run.hasManifest()) {
            all.add(new MappingIterator<>(run.backup().sideFiles().iterator(), this::sideFile));
            all.add(new MappingIterator<>(List.of(run.manifestName()).iterator(), this::manifest));
        }
        return new JoinedIterator<>(all);
    }

    private Message disk(BackedUpDisk disk) {
        ArtifactDelivery artifact = run.log().add(disk.fileName().text(), ArtifactKind.DISK, disk.fileName().disk());
        return ofDisk(disk, artifact(artifact, disk.backup().disk(), run.checksums(), () -> { }));
    }

    private Message segment(BackedUpDisk disk, Segment segment) {
        String name = disk.fileName().disk();
        ArtifactDelivery artifact = run.log().add(disk.fileName().segment(segment.index()).text(), ArtifactKind.SEGMENT, name);
        Message message = ofDisk(disk, artifact(artifact, segment.stream(), run.checksums(), () ->
                run.progress().piece(name, segment.dataSize(), disk.backup().metadata().dataSize())));
        message.setHeader(VirtNbdConstants.SEGMENT_INDEX, segment.index());
        message.setHeader(VirtNbdConstants.SEGMENT_COUNT, segment.count());
        message.setHeader(VirtNbdConstants.DATA_SIZE, segment.dataSize());
        return message;
    }

    /** @param name of the stream's file; null where the frames are all there is */
    Message frame(BackedUpDisk disk, ArtifactDelivery artifact, EncodedFrame encoded, String name) {
        Message message = ofDisk(disk, message(artifact, encoded.bytes()));
        FrameHeaders.set(message, encoded.frame());
        message.setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) encoded.bytes().length);
        if (name != null) {
            message.setHeader(VirtNbdConstants.FILE_NAME, name);
        }
        return message;
    }

    private Message sideFile(SideFile file) {
        ArtifactDelivery artifact = run.log().add(file.name(), ArtifactKind.of(file.kind()), file.disk().orElse(null));
        Message message = artifact(artifact, file.content(), run.checksums(), () -> { });
        file.disk().ifPresent(disk -> message.setHeader(VirtNbdConstants.DISK, disk));
        return message;
    }

    private Message manifest(String name) {
        ArtifactDelivery artifact = run.log().add(name, ArtifactKind.MANIFEST, null);
        run.log().last(artifact);
        return artifact(artifact, run.manifest(), false, () -> { });
    }

    private Message artifact(ArtifactDelivery artifact, ReopenableStream content, boolean checksum, Runnable whenRead) {
        ArtifactBody body = new ArtifactBody(run, artifact, content, checksum, whenRead);
        Message message = message(artifact, body);
        message.setHeader(VirtNbdConstants.FILE_NAME, artifact.name());
        body.contentLength().ifPresent(length -> message.setHeader(VirtNbdConstants.CONTENT_LENGTH, length));
        return message;
    }

    private Message ofDisk(BackedUpDisk disk, Message message) {
        StreamMetadata metadata = disk.backup().metadata();
        message.setHeader(VirtNbdConstants.DISK, metadata.diskName());
        message.setHeader(VirtNbdConstants.LEVEL, ResultLevel.of(disk.level()));
        message.setHeader(VirtNbdConstants.REASON, disk.reason());
        message.setHeader(VirtNbdConstants.VIRTUAL_SIZE, metadata.virtualSize());
        message.setHeader(VirtNbdConstants.DATA_SIZE, metadata.dataSize());
        return message;
    }

    private Message message(ArtifactDelivery artifact, Object body) {
        if (previous != null) {
            previous.nextIsAskedFor();
        }
        PartMessage message = new PartMessage(context, run, artifact);
        message.setHeaders(new HashMap<>(inherited));
        run.headers().forEach(message::setHeader);
        message.setHeader(VirtNbdConstants.ARTIFACT, artifact.kind().label());
        message.setBody(body);
        previous = message;
        return message;
    }
}
