/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import io.virtnbd.chain.ChainException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Changes to the files of a directory that are made all or not at all. They are written down in a file of the directory first;
 * when that is there under its name, they will all be made, if need be by the {@linkplain #recover next run}. Each can be made
 * twice. Only for whoever has the {@link DirectoryClaim}.
 */
public final class DirectoryChanges {

    /** New files are prepared here, under names that nobody takes for those of backups. */
    private static final String PREPARED = ".virtnbd-new";
    private static final String JOURNAL = ".virtnbd-changes";
    private static final String SUFFIX = ".partial";
    private static final String REPLACE = "replace ";
    private static final String DELETE = "delete ";

    private final Path directory;
    private final FileSteps steps;

    /** @param directory where the files are */
    public DirectoryChanges(Path directory, FileSteps steps) {
        this.directory = directory;
        this.steps = steps;
    }

    /** Whether a change of the directory was begun, and its program ended before it was over. */
    public static boolean isUnfinished(Path directory) {
        return Files.exists(directory.resolve(JOURNAL), LinkOption.NOFOLLOW_LINKS)
                || Files.exists(directory.resolve(PREPARED), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The place of a new file until the change is made; its directory is there then. What is written to it has to be made durable.
     *
     * @param name that it will have, directly in the directory
     */
    public Path prepare(String name) throws IOException {
        requireInside(name);
        steps.before("prepare " + name);
        return Files.createDirectories(directory.resolve(PREPARED)).resolve(name + SUFFIX);
    }

    /**
     * Makes the change.
     *
     * @param replaced  names of prepared files, in the order in which they get them; files that have them are replaced
     * @param deletions names of files, which need not be there, in the order in which they go
     * @throws IOException if it could not be made as a whole; then the next run makes the rest, or nothing was changed
     */
    public void make(List<String> replaced, List<String> deletions) throws IOException {
        List<String> lines = new ArrayList<>();
        replaced.forEach(name -> lines.add(REPLACE + name));
        deletions.forEach(name -> lines.add(DELETE + name));
        if (lines.isEmpty()) {
            return;
        }
        for (String line : lines) {
            requireInside(line.substring(line.indexOf(' ') + 1));
        }
        if (!replaced.isEmpty()) {
            sync(directory.resolve(PREPARED));
        }
        Path written = directory.resolve(JOURNAL + SUFFIX);
        steps.before("write the journal");
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(StandardCharsets.UTF_8.encode(String.join("\n", lines)));
            channel.force(true);
        }
        steps.before("name the journal");
        Files.move(written, directory.resolve(JOURNAL), StandardCopyOption.ATOMIC_MOVE);
        sync(directory);
        carryOut(lines);
    }

    /**
     * Makes the rest of a change that was begun, and removes what was prepared for one that was not.
     *
     * @return whether there was a change to finish
     * @throws ChainException if what was written down is not of this program
     */
    public boolean recover() throws IOException {
        Path journal = directory.resolve(JOURNAL);
        boolean begun = Files.exists(journal, LinkOption.NOFOLLOW_LINKS);
        if (begun) {
            carryOut(Files.readAllLines(journal));
        }
        discard();
        return begun;
    }

    /** Removes what was prepared. */
    public void discard() throws IOException {
        delete(directory.resolve(JOURNAL + SUFFIX));
        Path prepared = directory.resolve(PREPARED);
        if (!Files.isDirectory(prepared, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> listed = Files.list(prepared)) {
            files = listed.toList();
        }
        for (Path file : files) {
            delete(file);
        }
        delete(prepared);
    }

    private void carryOut(List<String> lines) throws IOException {
        Set<Path> directories = new TreeSet<>();
        for (String line : lines) {
            String name = line.substring(line.indexOf(' ') + 1);
            requireInside(name);
            Path file = directory.resolve(name);
            if (line.startsWith(REPLACE)) {
                Path prepared = directory.resolve(PREPARED).resolve(name + SUFFIX);
                if (Files.exists(prepared, LinkOption.NOFOLLOW_LINKS)) {
                    steps.before("replace " + name);
                    Files.move(prepared, file, StandardCopyOption.ATOMIC_MOVE);
                }
            } else if (line.startsWith(DELETE)) {
                if (directories.isEmpty()) {
                    sync(directory); // what was replaced, before anything is lost
                }
                directories.add(file.getParent());
                delete(file);
            } else {
                throw notOurs(line);
            }
        }
        for (Path each : directories) {
            if (!each.equals(directory)) {
                removeIfEmpty(each);
            }
        }
        sync(directory);
        discard();
        delete(directory.resolve(JOURNAL));
        sync(directory);
    }

    private void delete(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!file.getParent().toRealPath().startsWith(directory.toRealPath())) {
            throw notOurs(directory.relativize(file).toString());
        }
        steps.before("delete " + file.getFileName());
        Files.deleteIfExists(file);
    }

    /** Removes a directory where nothing is in it. */
    public void removeIfEmpty(Path below) throws IOException {
        try {
            if (Files.isDirectory(below)) {
                steps.before("remove directory " + below.getFileName());
                Files.delete(below);
            }
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            // what is in it is not ours
        }
    }

    /** What is written down could come from anywhere: it must not lead out of the directory. */
    private void requireInside(String name) throws ChainException {
        Path file = directory.resolve(name).normalize();
        if (name.isBlank() || !file.startsWith(directory) || !file.equals(directory.resolve(name))) {
            throw notOurs(name);
        }
    }

    private ChainException notOurs(String found) {
        return new ChainException(directory.resolve(JOURNAL) + ": expected changes to files of the directory, found '" + found
                + "'");
    }

    private static void sync(Path changed) {
        try (FileChannel channel = FileChannel.open(changed)) {
            channel.force(true);
        } catch (IOException e) {
            // not all systems can open a directory, and not all file systems can sync one
        }
    }
}
