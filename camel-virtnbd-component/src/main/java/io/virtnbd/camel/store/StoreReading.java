/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import io.virtnbd.store.Interruptions;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;

/**
 * Exactly the bytes of a file, or of a part of it. Where the connection breaks, and parts can be read, the rest is asked for: after a
 * tenth of a second, then twice as long each time, and given up when {@value #MAX_ATTEMPTS} attempts in a row bring nothing. For use
 * by one thread at a time.
 */
final class StoreReading extends InputStream {
    private static final int MAX_ATTEMPTS = 6;

    private final StoreRequest endpoint;
    private final StoreFile file;
    private final boolean seekable;
    private final long start;
    /** Where it ends, or {@link StoreFile#UNKNOWN}. */
    private final long end;
    private long position;
    private int attempts;
    private InputStream body;

    /** Opens a whole file. */
    StoreReading(StoreRequest endpoint, StoreFile file, boolean seekable) throws IOException {
        this(endpoint, file, seekable, 0, file.bytes(), endpoint.open(file));
    }

    /** Opens a part of a file. */
    StoreReading(StoreRequest endpoint, StoreFile file, long start, long length) throws IOException {
        this(endpoint, file, true, start, start + length, endpoint.open(file, start, length));
    }

    private StoreReading(StoreRequest endpoint, StoreFile file, boolean seekable, long start, long end, InputStream body) {
        this.endpoint = endpoint;
        this.file = file;
        this.seekable = seekable;
        this.start = start;
        this.end = end;
        this.position = start;
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (true) {
            try {
                int count = readOnce(target, offset, length);
                attempts = count > 0 ? 0 : attempts;
                return count;
            } catch (StoreException e) {
                throw e;
            } catch (IOException e) {
                goOn(e);
            }
        }
    }

    private int readOnce(byte[] target, int offset, int length) throws IOException {
        int count;
        try {
            count = body.read(target, offset, length);
        } catch (RuntimeException e) {
            throw new IOException(name() + ": reading failed: " + e.getMessage(), e);
        }
        if (count < 0) {
            if (end != StoreFile.UNKNOWN && position < end) {
                throw new EOFException(expected() + ", found " + (position - start));
            }
            return -1;
        }
        position += count;
        if (end != StoreFile.UNKNOWN && position > end) {
            throw new StoreException(expected() + ", found more");
        }
        return count;
    }

    private String name() {
        return endpoint.store() + "/" + file.name();
    }

    private String expected() {
        return name() + ": expected " + (end - start) + " bytes" + (start > 0 ? " from " + start + " on" : "");
    }

    /** @throws IOException that failure, where it is the last */
    private void goOn(IOException failure) throws IOException {
        IOException last = failure;
        while (true) {
            if (last instanceof NoSuchFileException || Interruptions.isInterruption(last)) {
                throw last;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw StoreRequest.interrupted(name(), last);
            }
            if (!seekable || end == StoreFile.UNKNOWN || position >= end || attempts == MAX_ATTEMPTS) {
                throw last;
            }
            pause(endpoint.pauseMillis() << attempts++, last);
            try {
                closeBroken();
                body = endpoint.open(file, position, end - position);
                return;
            } catch (IOException e) {
                e.addSuppressed(last);
                last = e;
            }
        }
    }

    private void pause(long millis, IOException failure) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw StoreRequest.interrupted(name(), failure);
        }
    }

    private void closeBroken() {
        try {
            body.close();
        } catch (IOException e) {
            // it is broken
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
