/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A text file in UTF-8 with one line for each unit: the run, the time in UTC or '-', its size and its name. It is written beside
 * itself, made durable, and moved into place, so that it is always whole.
 */
final class StateFile implements VerificationState {

    private static final String TITLE = "virtnbd-verify 1";
    private static final String STORE = "store ";
    private static final String RUN = "run ";
    private static final String NEVER = "-";
    private static final int FIELDS = 4;

    private final Path file;

    StateFile(Path file) {
        this.file = file;
    }

    @Override
    public RotationState load(String store) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            require(TITLE.equals(lines.readLine()), "'" + TITLE + "' in its first line");
            String found = after(STORE, lines.readLine());
            require(found.equals(escaped(store)), "what was read of " + store + ", found that of " + found);
            long run = Long.parseLong(after(RUN, lines.readLine()));
            Map<String, RotationState.Mark> marks = new HashMap<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(" ", FIELDS);
                require(fields.length == FIELDS, "four fields, found '" + line + "'");
                long time = fields[1].equals(NEVER) ? 0 : Instant.parse(fields[1]).getEpochSecond();
                marks.put(fields[FIELDS - 1], new RotationState.Mark(Long.parseLong(fields[0]), Long.parseLong(fields[2]), time));
            }
            return new RotationState(store, run, marks);
        } catch (NoSuchFileException e) {
            return RotationState.initial(store);
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IOException(file + " is no state of verify: " + e.getMessage() + "; without the file all is read anew", e);
        }
    }

    @Override
    public void save(RotationState state) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path next = directory.resolve(file.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            BufferedWriter writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
            writer.write(TITLE + "\n" + STORE + escaped(state.store()) + "\n" + RUN + state.run() + "\n");
            for (Map.Entry<String, RotationState.Mark> entry : new TreeMap<>(state.marks()).entrySet()) {
                RotationState.Mark mark = entry.getValue();
                writer.write(mark.run() + " " + (mark.verified() ? Instant.ofEpochSecond(mark.epochSeconds()) : NEVER) + " "
                        + mark.bytes() + " " + entry.getKey() + "\n");
            }
            writer.flush();
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private String after(String key, String line) throws IOException {
        require(line != null && line.startsWith(key), "a line with '" + key.strip() + "'");
        return line.substring(key.length());
    }

    private void require(boolean condition, String expected) throws IOException {
        if (!condition) {
            throw new IOException(file + " is no state of verify: expected " + expected
                    + "; without the file all is read anew");
        }
    }

    /** Names of directories may have line ends. */
    static String escaped(String name) {
        return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D");
    }
}
