/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

/**
 * Is told how far a backup or a restore has come. Called from any thread, often, and must return at once. Of one disk the calls
 * come one after the other; where several disks are on their way, several threads call it at the same time, so that it must be
 * safe for that.
 */
@FunctionalInterface
public interface ProgressListener {

    ProgressListener NONE = (disk, done, total) -> { };

    /**
     * @param disk  name of the disk
     * @param done  bytes of disk content that were processed so far in this reading of the stream; starts again from 0 when a
     *              stream is read again
     * @param total bytes of disk content to process, equal to {@code done} at the end
     */
    void progress(String disk, long done, long total);
}
