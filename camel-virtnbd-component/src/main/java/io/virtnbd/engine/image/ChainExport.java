/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.ExtentConsumer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A chain as a read-only export. Safe for use by several threads. */
public final class ChainExport implements Export {

    private final ChainImage image;

    /** @param image stays the caller's to close, after the server */
    public ChainExport(ChainImage image) {
        this.image = image;
    }

    @Override
    public long size() {
        return image.size();
    }

    @Override
    public String description() {
        return "disk " + image.disk() + " as of checkpoint " + image.last().checkpointName() + ", " + image.last().date();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        image.read(offset, target);
    }

    @Override
    public long lookahead() {
        return image.lookahead();
    }

    @Override
    public void expect(long offset, long length) throws IOException {
        image.expect(offset, length);
    }

    @Override
    public void extents(long offset, long length, ExtentConsumer consumer) throws IOException {
        image.extentsWhile(offset, length, consumer::accept);
    }
}
