/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.EncodedFrame;
import io.virtnbd.engine.backup.Segment;
import io.virtnbd.sparsestream.Frame;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;

/** Makes the messages of a backup, each when it is asked for: first the disk's stream or streams, at last the manifest. */
final class BackupParts {

    private final BackupRun run;
    private final CamelContext context;
    private final Map<String, Object> inherited;

    /** @param inherited headers that every message has, unless it has a value of its own for them */
    BackupParts(BackupRun run, CamelContext context, Map<String, Object> inherited) {
        this.run = run;
        this.context = context;
        this.inherited = inherited;
    }

    Iterator<Message> iterator() throws IOException {
        if (run.unit() == BackupUnit.frame) {
            return new MappingIterator<>(run.source().frames(), this::frame);
        }
        Iterator<Message> streams = run.unit() == BackupUnit.disk
                ? new MappingIterator<>(IntStream.of(0).iterator(), index -> disk())
                : new MappingIterator<>(run.source().segments(), this::segment);
        Iterator<Message> sideFiles = new MappingIterator<>(IntStream.range(0, 2).iterator(),
                index -> index == 0 ? domainXml() : manifest());
        return new JoinedIterator<>(streams, sideFiles);
    }

    private Message disk() {
        DiskBackupOptions options = run.options();
        String name = BackupFileNames.stream(options.disk(), options.level(), options.checkpoint(), 0);
        return artifact(name, ArtifactKind.DISK, options.disk(), run.source().disk(), run.checksums());
    }

    private Message segment(Segment segment) {
        DiskBackupOptions options = run.options();
        String name = BackupFileNames.segment(options.disk(), options.level(), options.checkpoint(), 0, segment.index());
        Message message = artifact(name, ArtifactKind.SEGMENT, options.disk(), segment.stream(), run.checksums());
        message.setHeader(VirtNbdConstants.SEGMENT_INDEX, segment.index());
        message.setHeader(VirtNbdConstants.SEGMENT_COUNT, segment.count());
        message.setHeader(VirtNbdConstants.DATA_SIZE, segment.dataSize());
        return message;
    }

    private Message domainXml() {
        return artifact(BackupFileNames.domainXml(run.options().checkpoint()), ArtifactKind.DOMAIN_XML, null,
                new DomainXml(run.domain(), run.metadata()), run.checksums());
    }

    private Message manifest() {
        return artifact(run.manifestName(), ArtifactKind.MANIFEST, null, run.manifest(), false);
    }

    private Message artifact(String name, ArtifactKind kind, String disk, ReopenableStream content, boolean checksum) {
        ArtifactDelivery artifact = run.log().add(name, kind, disk);
        ArtifactBody body = new ArtifactBody(run.session(), run.log(), artifact, content, checksum);
        Message message = message(artifact, body);
        message.setHeader(VirtNbdConstants.FILE_NAME, name);
        body.contentLength().ifPresent(length -> message.setHeader(VirtNbdConstants.CONTENT_LENGTH, length));
        if (disk != null) {
            run.diskHeaders().forEach(message::setHeader);
        }
        return message;
    }

    private Message frame(EncodedFrame encoded) {
        Frame frame = encoded.frame();
        Message message = message(new ArtifactDelivery(frame.kind().tag() + " frame at " + frame.start(), ArtifactKind.FRAME,
                run.options().disk()), encoded.bytes());
        run.diskHeaders().forEach(message::setHeader);
        FrameHeaders.set(message, frame);
        message.setHeader(VirtNbdConstants.CONTENT_LENGTH, (long) encoded.bytes().length);
        return message;
    }

    private Message message(ArtifactDelivery artifact, Object body) {
        Message message = new PartMessage(context, run.session(), run.log(), artifact);
        message.setHeaders(new HashMap<>(inherited));
        run.headers().forEach(message::setHeader);
        message.setHeader(VirtNbdConstants.ARTIFACT, artifact.kind().label());
        message.setBody(body);
        return message;
    }
}
