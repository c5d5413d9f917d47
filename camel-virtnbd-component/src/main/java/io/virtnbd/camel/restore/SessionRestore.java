/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.source.PeekedStream;
import io.virtnbd.camel.source.ReopenableInput;
import io.virtnbd.camel.source.StreamSources;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.restore.FrameFeed;
import io.virtnbd.engine.restore.IncompleteChainException;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.SessionProgress;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.sparsestream.FrameKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** One message of a restore that gets its streams by one message after the other. */
final class SessionRestore {

    private static final Set<String> STREAMS = Set.of("disk", "segment", "frame");

    private final RestoreSessions.Open open;
    private final Exchange exchange;
    private final Message message;
    private final String until;

    private SessionRestore(RestoreSessions.Open open, Exchange exchange, String until) {
        this.open = open;
        this.exchange = exchange;
        this.message = exchange.getMessage();
        this.until = until;
    }

    /**
     * Takes a message.
     *
     * @return how far the restore has come
     * @throws IncompleteChainException if another message has to come before
     */
    static Map<String, Object> accept(RestoreSessions sessions, Exchange exchange, RestoreOptions options, String until)
            throws IOException {
        String target = options.image() != null ? options.image().toAbsolutePath().normalize().toString()
                : options.nbdUri().toString();
        RestoreSessions.Open open = sessions.acquire(target, options);
        try {
            return new SessionRestore(open, exchange, until).accept();
        } finally {
            sessions.release(target, open);
        }
    }

    private Map<String, Object> accept() throws IOException {
        boolean complete = Boolean.TRUE.equals(message.getHeader(VirtNbdConstants.COMPLETE, Boolean.class));
        String artifact = message.getHeader(VirtNbdConstants.ARTIFACT, String.class);
        if (message.getHeader(VirtNbdConstants.FRAME_KIND) != null) {
            return frame(complete);
        }
        if ("manifest".equals(artifact)) {
            return manifest(complete);
        }
        requireNoFrames();
        if (artifact != null && !STREAMS.contains(artifact) || complete && isEmpty(message.getBody())) {
            read();
            return complete ? RestoreReports.of(open.session().complete(until)) : nothing();
        }
        SessionProgress progress = null;
        for (StreamInput input : StreamSources.streams(exchange, message.getBody())) {
            progress = open.session().accept(input, until);
        }
        return RestoreReports.of(complete && !progress.complete() ? open.session().complete(until) : progress);
    }

    /** A message that comes from a running backup counts as delivered when it was read. */
    private void read() throws IOException {
        try (InputStream body = message.getBody(InputStream.class)) {
            if (body != null) {
                body.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static boolean isEmpty(Object body) {
        return body == null || "".equals(body) || body instanceof byte[] bytes && bytes.length == 0;
    }

    /** The manifest comes last of its backup, when all else was delivered. */
    private Map<String, Object> manifest(boolean complete) throws IOException {
        requireNoFrames();
        byte[] json = message.getBody(byte[].class);
        if (json == null) {
            throw new IllegalArgumentException("the body is empty, expected a manifest");
        }
        Manifest manifest = Manifest.parse(json);
        open.session().compare(manifest);
        return complete || manifest.checkpoint().equals(until) ? RestoreReports.of(open.session().complete(until)) : nothing();
    }

    private static Map<String, Object> nothing() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("applied", false);
        report.put("complete", false);
        return report;
    }

    private Map<String, Object> frame(boolean complete) throws IOException {
        FrameKind kind = kind();
        byte[] bytes = message.getBody(byte[].class);
        if (bytes == null) {
            throw new IllegalArgumentException("the body is empty, expected a frame of kind " + kind.tag());
        }
        FrameFeed feed = open.frames();
        if (kind == FrameKind.META) {
            if (PeekedStream.metadata(new ReopenableInput("the meta frame", () -> new ByteArrayInputStream(bytes))).compressed()) {
                throw new IllegalArgumentException("the frames are compressed, expected plain ones: unmarshal them with the lz4"
                        + " data format first");
            }
            if (feed != null) {
                feed.close(); // begins again
            }
            feed = new FrameFeed(open.session(), "the frames", until);
            open.frames(feed);
        } else if (feed == null) {
            throw new IncompleteChainException("a " + kind.tag() + " frame came too early: expected first the meta frame of its"
                    + " stream, and all frames behind it in order", List.of("the meta frame"));
        }
        try {
            if (kind != FrameKind.STOP) {
                feed.put(bytes);
                return nothing();
            }
            SessionProgress progress = feed.end(bytes);
            open.frames(null);
            return RestoreReports.of(complete && !progress.complete() ? open.session().complete(until) : progress);
        } catch (IOException | RuntimeException e) {
            open.frames(null);
            throw e;
        }
    }

    private FrameKind kind() {
        String tag = message.getHeader(VirtNbdConstants.FRAME_KIND, String.class);
        for (FrameKind kind : FrameKind.values()) {
            if (kind.tag().equals(tag)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("header " + VirtNbdConstants.FRAME_KIND + " is '" + tag
                + "', expected meta, data, zero or stop");
    }

    private void requireNoFrames() throws IncompleteChainException {
        if (open.frames() != null) {
            throw new IncompleteChainException("the message came between the frames of a stream: expected first the stop frame",
                    List.of("the stop frame"));
        }
    }
}
