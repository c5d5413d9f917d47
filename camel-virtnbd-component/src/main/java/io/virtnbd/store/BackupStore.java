/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A place with the files of backups. Names of files are relative to it, with '/' between their components. Safe for use by several
 * threads.
 */
public interface BackupStore {
    /** What it is called in messages, such as the path of a directory. */
    String name();

    /** The files directly in it, in alphabetical order. */
    List<StoredFile> files() throws IOException;

    /** The files in it and below, in alphabetical order of their names. */
    List<StoredFile> tree() throws IOException;

    /**
     * The same as far as it can be looked into, for whom a part of it will do.
     *
     * @param unreadable is told the name of each directory that could not be read, and why
     * @throws IOException if nothing of it can be read
     */
    default List<StoredFile> tree(BiConsumer<String, IOException> unreadable) throws IOException {
        return tree();
    }

    /** The place below it that names without their first components are relative to. It need not be there. */
    BackupStore directory(String directory);

    /**
     * Reads a file from its first byte on. The caller closes the stream.
     *
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    InputStream open(String file) throws IOException;

    /**
     * Fills a buffer from a position of a file on, up to the buffer's limit.
     *
     * @param offset in bytes from the start of the file
     * @throws java.io.EOFException              if the file ends before the buffer is full
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws UnsupportedOperationException     if the store can read files from their start only
     */
    void read(String file, long offset, ByteBuffer target) throws IOException;

    /** Whether {@link #read} is supported. */
    default boolean seekable() {
        return true;
    }

    /** The file as one of this machine's, where it is one: that is faster to read. */
    default Optional<Path> path(String file) {
        return Optional.empty();
    }

    /**
     * Deletes a file. One that is not there counts as deleted.
     *
     * @throws UnsupportedOperationException if the store can only be read
     */
    void delete(String file) throws IOException;
}
