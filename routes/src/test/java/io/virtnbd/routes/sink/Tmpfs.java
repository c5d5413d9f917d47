/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a given size in memory. Takes root. */
final class Tmpfs implements AutoCloseable {

    private final Path directory;

    /** @param directory is made, and is where it is mounted */
    Tmpfs(Path directory, long bytes) throws Exception {
        this.directory = Files.createDirectories(directory);
        Tool.run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", directory.toString());
    }

    /** Changes its size; what is on it stays. */
    void resize(long bytes) {
        Tool.run("mount", "-o", "remount,size=" + bytes, directory.toString());
    }

    /** Bytes that are free. */
    long free() throws Exception {
        return Files.getFileStore(directory).getUsableSpace();
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        Tool.run("umount", "--lazy", directory.toString());
    }
}
