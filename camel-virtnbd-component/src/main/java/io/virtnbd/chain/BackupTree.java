/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The directories with backups in and below a directory, as they were when it was read: those with at least one stream, by its
 * name, or one manifest. Symbolic links are followed. Immutable; safe for use by several threads.
 */
public final class BackupTree {

    private final SortedSet<Path> directories;
    private final SortedMap<Path, IOException> unreadable;

    private BackupTree(SortedSet<Path> directories, SortedMap<Path, IOException> unreadable) {
        this.directories = Collections.unmodifiableSortedSet(directories);
        this.unreadable = Collections.unmodifiableSortedMap(unreadable);
    }

    /**
     * Looks through a directory.
     *
     * @throws ChainException if it is not a directory
     * @throws IOException    if it cannot be listed
     */
    public static BackupTree read(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new ChainException(directory + ": expected a directory with backups below, found "
                    + (Files.exists(directory) ? "a file" : "nothing"));
        }
        Visitor visitor = new Visitor(directory);
        Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
        return new BackupTree(visitor.directories, visitor.unreadable);
    }

    /** Directories with backups, in alphabetical order. */
    public Set<Path> directories() {
        return directories;
    }

    /** What could not be looked into, so that there may be backups, and why. */
    public Map<Path, IOException> unreadable() {
        return unreadable;
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {

        private final Path top;
        private final SortedSet<Path> directories = new TreeSet<>();
        private final SortedMap<Path, IOException> unreadable = new TreeMap<>();

        Visitor(Path top) {
            this.top = top;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!directories.contains(file.getParent()) && isOfBackup(file)) {
                directories.add(file.getParent());
            }
            return FileVisitResult.CONTINUE;
        }

        /** A manifest alone tells of a backup whose streams were lost. */
        private static boolean isOfBackup(Path file) {
            String name = file.getFileName().toString();
            if (BackupFileNames.parse(name).isPresent()) {
                return true;
            }
            if (!name.endsWith(".json") || name.endsWith(".qcow.json")) {
                return false;
            }
            try {
                Manifest.read(file);
                return true;
            } catch (IOException e) {
                return false; // where streams are beside it, they are what makes the directory one
            }
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (file.equals(top)) {
                throw failure;
            }
            unreadable.put(file, failure);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, failure);
        }
    }
}
