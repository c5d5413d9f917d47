/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.nbd.server.RawFileExport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What a raw disk is written to. */
interface TargetFile extends Closeable {

    /** The file to write to. */
    Path path();

    /** Whether every byte that was not written reads as zero. */
    boolean isBlank();

    /** Makes the file as large as the disk, where it is a file, and checks that it is large enough where it is not. */
    void fit(FileChannel content, long size) throws IOException;

    /**
     * Makes a range read as zeroes.
     *
     * @param holes the same file
     */
    default void zero(RawFileExport holes, long offset, long length) throws IOException {
        holes.writeZeroes(offset, length, false);
    }

    /**
     * Makes the finished content durable and the file what was asked for.
     *
     * @param content the file, which stays open
     */
    void publish(FileChannel content) throws RestoreException;

    /** The error of a failure to write. */
    RestoreException failure(IOException cause);

    /** Ends the restore. What was not published is removed, unless it is kept to go on with. */
    @Override
    void close() throws IOException;
}
