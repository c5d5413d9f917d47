/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.ReopenableStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** The stream of a whole disk. */
record WholeStream(DiskPlan plan, StreamFactory streams) implements ReopenableStream {

    @Override
    public InputStream open() throws IOException {
        return streams.wholeStream(plan.cursor(), plan.metadata());
    }

    @Override
    public OptionalLong length() {
        return streams.compression().lz4() ? OptionalLong.empty()
                : OptionalLong.of(plan.size().plainLength(plan.metadata().toJson().length));
    }
}
