/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A directory of this machine. Symbolic links are followed. Immutable. */
public final class DirectoryStore implements BackupStore {
    private final Path directory;

    /** @param directory need not be there until its files are asked for */
    public DirectoryStore(Path directory) {
        this.directory = directory;
    }

    @Override
    public String name() {
        return directory.toString();
    }

    @Override
    public List<StoredFile> files() throws IOException {
        return list(1, null);
    }

    @Override
    public List<StoredFile> tree() throws IOException {
        return list(Integer.MAX_VALUE, null);
    }

    @Override
    public List<StoredFile> tree(BiConsumer<String, IOException> unreadable) throws IOException {
        return list(Integer.MAX_VALUE, unreadable);
    }

    /**
     * What is no regular file, such as a pipe, is listed with a size of 0, and cannot be read. What goes while it is listed, as
     * files do that get their final names, is left out.
     *
     * @param unreadable null where what cannot be looked into is an error
     */
    private List<StoredFile> list(int depth, BiConsumer<String, IOException> unreadable) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(new StoredFile(DirectoryStore.this, relative(file), attributes.isRegularFile() ? attributes.size() : 0));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                boolean gone = failure instanceof NoSuchFileException; // links that lead nowhere are visited
                if (file.equals(directory) || unreadable == null && !gone) {
                    throw failure;
                }
                if (!gone) {
                    unreadable.accept(relative(file), failure);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, IOException failure) throws IOException {
                return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(each, failure);
            }
        });
        files.sort(Comparator.comparing(StoredFile::name));
        return files;
    }

    private String relative(Path path) {
        return directory.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    @Override
    public BackupStore directory(String below) {
        return new DirectoryStore(directory.resolve(below));
    }

    @Override
    public InputStream open(String file) throws IOException {
        return Files.newInputStream(regular(file));
    }

    @Override
    public void read(String file, long offset, ByteBuffer target) throws IOException {
        Path path = regular(file);
        long at = offset;
        try (FileChannel channel = FileChannel.open(path)) {
            while (target.hasRemaining()) {
                int count = channel.read(target, at);
                if (count < 0) {
                    throw new EOFException(path + ": expected at least " + (at + target.remaining()) + " bytes, found "
                            + channel.size());
                }
                at += count;
            }
        }
    }

    @Override
    public Optional<Path> path(String file) {
        return Optional.of(directory.resolve(file));
    }

    @Override
    public void delete(String file) throws IOException {
        Files.deleteIfExists(directory.resolve(file));
    }

    /** To open a pipe would wait for a writer. */
    private Path regular(String file) throws IOException {
        Path path = directory.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? new IOException(path + ": not a regular file")
                    : new NoSuchFileException(path.toString());
        }
        return path;
    }
}
