/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.engine.image.ChainImage;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.ExtentConsumer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The content of a chain as an export.
 *
 * @param image stays the caller's to close
 */
record FoldedImage(ChainImage image) implements Export {

    @Override
    public long size() {
        return image.size();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
        image.read(offset, target);
    }

    @Override
    public void extents(long offset, long length, ExtentConsumer consumer) throws IOException {
        image.extentsWhile(offset, length, consumer::accept);
    }
}
