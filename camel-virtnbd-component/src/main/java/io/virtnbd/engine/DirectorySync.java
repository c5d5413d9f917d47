/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes names of files durable. */
public final class DirectorySync {

    private DirectorySync() {
    }

    /** Makes the names of the files in a directory durable, where the system and the file system can do that. */
    public static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // not all systems can open a directory, and not all file systems can sync one; the content is safe
        }
    }
}
