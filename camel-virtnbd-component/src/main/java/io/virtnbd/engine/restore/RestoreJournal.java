/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import io.virtnbd.engine.DirectorySync;
import io.virtnbd.chain.Manifest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The file that keeps how far a restore has come. It is made under another name and moved, and then only appended to; each
 * method returns when what it wrote is durable. Safe for use by several threads.
 */
final class RestoreJournal implements Closeable {

    private static final String SUFFIX = ".new";
    /** That of 500,000 segments, each with its metadata, has half of it. */
    private static final long MAX_BYTES = 512L << 20;

    private final Path file;
    private final FileChannel channel;

    private RestoreJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** What a journal says; empty where there is none, or it is damaged, or no journal. */
    static Optional<JournalContent> read(Path file) throws IOException {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= MAX_BYTES
                    ? JournalLines.read(Files.readAllBytes(file)) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Starts a journal with what is known already, in place of one that is there. */
    static RestoreJournal create(Path file, JournalContent content) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + SUFFIX);
        FileChannel channel = FileChannel.open(made, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        RestoreJournal journal = new RestoreJournal(file, channel);
        try {
            journal.append(JournalLines.of(content));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            DirectorySync.sync(file.toAbsolutePath().getParent());
            return journal;
        } catch (Throwable e) {
            channel.close();
            Files.deleteIfExists(made);
            throw e;
        }
    }

    void begun(BegunStream stream) throws IOException {
        append(JournalLines.of(stream));
    }

    /** Unlike the others it need not be durable when this returns: it is with whatever is written next. */
    void read(int index, ReadContent content) throws IOException {
        write(JournalLines.of(index, content));
    }

    void manifest(Manifest manifest) throws IOException {
        append(JournalLines.of(manifest));
    }

    void progress(List<StreamProgress> streams) throws IOException {
        StringBuilder lines = new StringBuilder();
        streams.forEach(stream -> lines.append(JournalLines.of(stream)));
        append(lines.toString());
    }

    void server(Path socket) throws IOException {
        append(JournalLines.ofServer(socket.toString()));
    }

    void published(String modified) throws IOException {
        append(JournalLines.ofPublished(modified));
    }

    private synchronized void append(String lines) throws IOException {
        write(lines);
        channel.force(false);
    }

    private synchronized void write(String lines) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Removes a journal, and what was left of one that was begun. */
    static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + SUFFIX));
    }

    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
