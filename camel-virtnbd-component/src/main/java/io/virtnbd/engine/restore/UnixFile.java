/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What unix systems know of a file and Java's own attributes leave out. */
final class UnixFile {

    private static final int TYPE = 0170000;
    private static final int BLOCK_DEVICE = 0060000;

    private UnixFile() {
    }

    /** The number of a file in its file system; 0 where there is no such thing. */
    static long number(Path file) throws IOException {
        return attribute(file, "unix:ino").longValue();
    }

    /** Whether a file has a second name. */
    static boolean hasLinks(Path file) throws IOException {
        return attribute(file, "unix:nlink").intValue() > 1;
    }

    /** Whether the path is one of a block device, or leads to one. */
    static boolean isBlockDevice(Path path) throws IOException {
        return Files.exists(path) && (attribute(path, "unix:mode").intValue() & TYPE) == BLOCK_DEVICE;
    }

    private static Number attribute(Path file, String name) throws IOException {
        try {
            return (Number) (name.endsWith("mode") ? Files.getAttribute(file, name)
                    : Files.getAttribute(file, name, LinkOption.NOFOLLOW_LINKS));
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return 0;
        }
    }
}
