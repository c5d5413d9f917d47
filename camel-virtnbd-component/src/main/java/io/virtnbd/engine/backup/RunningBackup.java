/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A backup that has begun: all its disks at one point in time, and the files that belong to them. It counts when it was
 * committed, and only then; one that is closed without is rolled back as if it had never been. Safe for use by several threads.
 */
public interface RunningBackup extends Closeable {

    BackupDescription description();

    /** The disks, in the order of the domain's definition. At least one. */
    List<BackedUpDisk> disks();

    /** The files that belong to them, in the order in which they are to be delivered. */
    List<SideFile> sideFiles();

    /**
     * Makes the backup count: to be called when everything, the manifest too, was delivered. Can still be followed by reading.
     * Calling it again does nothing.
     *
     * @throws IOException if it could not be made to count; then it is rolled back
     */
    void commit() throws IOException;

    /**
     * Ends the backup: what is being read fails, and nothing can be read any more. Rolls back what was not committed. Closing it
     * again does nothing.
     *
     * @throws IOException if something could not be cleaned up now; the next backup does it
     */
    @Override
    void close() throws IOException;
}
