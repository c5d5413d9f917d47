/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.engine.ReopenableStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.OptionalLong;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.StreamCache;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The body of a backup's message: an artifact that is read from its source when it is wanted, as often as it is wanted, each
 * time from its start and with the same content, until the exchange that made the backup is done. Nothing of it is kept in
 * memory or on disk; to Camel it is a stream cache already, so that it is not cached, and a wire tap keeps the backup open
 * until it is done. Safe for use by several threads.
 */
public final class ArtifactBody implements StreamCache {

    private final BackupSession session;
    private final DeliveryLog log;
    private final InflightLimit limit;
    private final ArtifactDelivery artifact;
    private final ReopenableStream content;
    private final boolean checksum;
    private final Runnable whenRead;
    private final boolean tapped;

    /** @param whenRead is run when it was read to its end for the first time */
    ArtifactBody(BackupRun run, ArtifactDelivery artifact, ReopenableStream content, boolean checksum, Runnable whenRead) {
        this.session = run.session();
        this.log = run.log();
        this.limit = run.inflight();
        this.artifact = artifact;
        this.content = content;
        this.checksum = checksum;
        this.whenRead = whenRead;
        this.tapped = false;
    }

    /** The same in a wire tap. */
    private ArtifactBody(ArtifactBody original) {
        this.session = original.session;
        this.log = original.log;
        this.limit = original.limit;
        this.artifact = original.artifact;
        this.content = original.content;
        this.checksum = original.checksum;
        this.whenRead = original.whenRead;
        this.tapped = true;
    }

    /** The file name in a backup set. */
    public String name() {
        return artifact.name();
    }

    /** Whether it is text, in UTF-8, of a size that fits in memory. */
    public boolean isText() {
        return artifact.kind().isText();
    }

    /** Whether it fits in memory: everything but whole disks does. */
    public boolean isBounded() {
        return artifact.kind() != ArtifactKind.DISK;
    }

    /** The exact number of bytes, where it is known before they are read. */
    public OptionalLong contentLength() {
        return content.length();
    }

    /**
     * Starts a reading. The caller closes it.
     *
     * @throws IncompleteBackupException of a manifest, if an artifact was not delivered
     * @throws IOException if the backup is closed or its source cannot be read
     */
    public InputStream open() throws IOException {
        return session.open(() -> {
            InputStream source = content.open();
            return new ArtifactInputStream(source, checksum ? sha256() : null, content.length(), new ReadingListener());
        });
    }

    /**
     * Starts a reading for an exchange. What becomes of that one counts, also where it is not the one that carries the message
     * but, say, a branch of a multicast whose aggregation strategy lets failures pass.
     *
     * @param reader null where none is known
     */
    public InputStream open(Exchange reader) throws IOException {
        InputStream stream = open();
        if (reader != null && !tapped) {
            reader.getExchangeExtension().addOnCompletion(new ReaderCompletion(log, artifact, reader));
        }
        return stream;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads it whole.
     *
     * @param reader exchange that it is read for; null where none is known
     * @throws IllegalStateException of a whole disk, which does not fit in memory
     */
    public byte[] bytes(Exchange reader) throws IOException {
        if (!isBounded()) {
            throw new IllegalStateException(name() + " is a whole disk and is not converted to bytes in memory; read it as an"
                    + " InputStream, or use unit=segment");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) content.length().orElse(8192));
        try (InputStream stream = open(reader)) {
            stream.transferTo(bytes);
        }
        return bytes.toByteArray();
    }

    @Override
    public void writeTo(OutputStream target) throws IOException {
        try (InputStream stream = open()) {
            stream.transferTo(target);
        }
    }

    /**
     * Keeps the backup open until that exchange is done too. The result reads from the start, as every reading does. In a wire
     * tap its readings are no deliveries, and its failures none of deliveries.
     */
    @Override
    public StreamCache copy(Exchange exchange) throws IOException {
        session.retain();
        InflightMessage room = artifact.room();
        room.retain();
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                room.release();
                session.release();
            }
        });
        return isTap(exchange) ? new ArtifactBody(this) : this;
    }

    /** Of all the exchanges that get a copy of the body only that of a wire tap is correlated with no other. */
    private static boolean isTap(Exchange exchange) {
        return exchange.getProperty(ExchangePropertyKey.CORRELATION_ID) == null;
    }

    /** Does nothing: every reading begins at the start. */
    @Override
    public void reset() {
    }

    @Override
    public boolean inMemory() {
        return false;
    }

    /** {@link #contentLength()}, or 0 where it is not known, as the interface asks for. */
    @Override
    public long length() {
        return content.length().orElse(0);
    }

    @Override
    public long position() {
        return -1;
    }

    /** For logs; never the content. */
    @Override
    public String toString() {
        OptionalLong length = content.length();
        return name() + (length.isPresent() ? " (" + length.getAsLong() + " bytes)" : "");
    }

    private final class ReadingListener implements ArtifactInputStream.Listener {

        @Override
        public void moved() {
            limit.moved();
        }

        @Override
        public void complete(long bytes, byte[] sha256) {
            if (!tapped && log.read(artifact, bytes, sha256)) {
                whenRead.run();
            }
        }

        @Override
        public void closed(ArtifactInputStream stream) {
            session.forget(stream);
        }

        @Override
        public IOException explained(IOException failure) {
            return session.explained(failure);
        }
    }
}
