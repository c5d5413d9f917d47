/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.DirectorySync;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Changes to the files of a directory that are made all or not at all. They are written down in a file of the directory first;
 * when that is there under its name, they will all be made, if need be by the {@linkplain #recover next run}. Each can be made
 * twice. Only for whoever has the {@link DirectoryClaim}.
 */
public final class DirectoryChanges {

    /** New files are prepared here, under names that nobody takes for those of backups. */
    private static final String PREPARED = ".virtnbd-new";
    private static final String JOURNAL = BackupDirectory.CHANGES;
    private static final String SUFFIX = ".partial";

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
        List<FileChange> changes = new ArrayList<>();
        for (String name : replaced) {
            requireInside(name);
            changes.add(new FileChange(name, Optional.of(FileMark.of(prepared(name)))));
        }
        for (String name : deletions) {
            requireInside(name);
            changes.add(new FileChange(name, Optional.empty()));
        }
        if (changes.isEmpty()) {
            return;
        }
        if (!replaced.isEmpty()) {
            DirectorySync.sync(directory.resolve(PREPARED));
            DirectorySync.sync(directory); // the journal must not be there without what it is of
        }
        Path written = directory.resolve(JOURNAL + SUFFIX);
        steps.before("write the journal");
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer content = StandardCharsets.UTF_8.encode(changes.stream().map(FileChange::line)
                    .collect(Collectors.joining("\n")));
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        steps.before("name the journal");
        Files.move(written, directory.resolve(JOURNAL), StandardCopyOption.ATOMIC_MOVE);
        DirectorySync.sync(directory);
        carryOut(changes);
    }

    /**
     * Makes the rest of a change that was begun, and removes what was prepared for one that was not.
     *
     * @return whether there was a change to finish
     * @throws ChainException if what was written down is not of this program, or a file that was prepared is gone; then nothing is
     *                        changed
     */
    public boolean recover() throws IOException {
        Path journal = directory.resolve(JOURNAL);
        boolean begun = Files.exists(journal, LinkOption.NOFOLLOW_LINKS);
        if (begun) {
            carryOut(read(journal));
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

    private List<FileChange> read(Path journal) throws IOException {
        List<FileChange> changes = new ArrayList<>();
        for (String line : Files.readAllLines(journal)) {
            FileChange change = FileChange.parse(line).orElseThrow(() -> notOurs(line));
            requireInside(change.name());
            changes.add(change);
        }
        for (FileChange change : changes) {
            Path prepared = prepared(change.name());
            Path file = Files.exists(prepared, LinkOption.NOFOLLOW_LINKS) ? prepared : directory.resolve(change.name());
            if (change.mark().isPresent() && !change.mark().get().isOf(file)) {
                throw new ChainException(journal + ": expected the new " + change.name() + " of " + change.mark().get().bytes()
                        + " bytes in " + PREPARED + " or under its name, found another file or none; nothing was changed. Where the"
                        + " old files are whole, remove the journal and " + PREPARED);
            }
        }
        return changes;
    }

    private Path prepared(String name) {
        return directory.resolve(PREPARED).resolve(name + SUFFIX);
    }

    private void carryOut(List<FileChange> changes) throws IOException {
        Set<Path> directories = new TreeSet<>();
        for (FileChange change : changes) {
            Path file = directory.resolve(change.name());
            if (change.mark().isEmpty()) {
                if (directories.isEmpty()) {
                    DirectorySync.sync(directory); // what was replaced, before anything is lost
                }
                directories.add(file.getParent());
                delete(file);
            } else if (Files.exists(prepared(change.name()), LinkOption.NOFOLLOW_LINKS)) {
                steps.before("replace " + change.name());
                Files.move(prepared(change.name()), file, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        for (Path each : directories) {
            if (!each.equals(directory)) {
                removeIfEmpty(each);
            }
        }
        DirectorySync.sync(directory);
        discard();
        delete(directory.resolve(JOURNAL));
        DirectorySync.sync(directory);
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
        if (name.isBlank() || name.lines().count() != 1 || !file.startsWith(directory) || !file.equals(directory.resolve(name))) {
            throw notOurs(name);
        }
    }

    private ChainException notOurs(String found) {
        return new ChainException(directory.resolve(JOURNAL) + ": expected changes to files of the directory, found '" + found
                + "'");
    }
}
