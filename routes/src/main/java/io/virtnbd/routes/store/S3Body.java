/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The content of an object. Where much of it was not read its connection is given up: to close it would read the rest. */
final class S3Body extends FilterInputStream {
    private static final int MOST_TO_READ_ON = 1 << 16;

    private final ResponseInputStream<GetObjectResponse> object;
    private long left;

    S3Body(ResponseInputStream<GetObjectResponse> object) {
        super(object);
        this.object = object;
        this.left = object.response().contentLength() == null ? Long.MAX_VALUE : object.response().contentLength();
    }

    /** Whether it is the part from that byte on. A server that knows no ranges answers with the whole. */
    boolean beginsAt(long position) {
        String range = object.response().contentRange();
        return range == null ? position == 0 : range.strip().startsWith("bytes " + position + "-");
    }

    /** Which part of the object it is, for messages. */
    String range() {
        String range = object.response().contentRange();
        return range == null ? "the whole object" : range;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        left -= read < 0 ? 0 : 1;
        return read;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        left = count < 0 ? 0 : left - count;
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = in.skip(count);
        left -= skipped;
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (left > MOST_TO_READ_ON) {
            object.abort();
        } else {
            object.close();
        }
    }
}
