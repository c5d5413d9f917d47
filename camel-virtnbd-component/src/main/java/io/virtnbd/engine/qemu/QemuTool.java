/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.qemu;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Starts a program of QEMU's and keeps what it prints. Not safe for use by several threads. */
public final class QemuTool implements Closeable {

    private static final int OUTPUT_LIMIT = 2000;
    private static final long KILL_SECONDS = 5;

    private final List<String> command;
    private final Path output;
    private final Path errors;
    private final Process process;

    private QemuTool(List<String> command, Path output, Path errors, Process process) {
        this.command = command;
        this.output = output;
        this.errors = errors;
        this.process = process;
    }

    /** @throws QemuToolException if the program is not on the PATH */
    public static QemuTool start(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(locate(program).toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("virtnbd-", ".out");
        Path errors = Files.createTempFile("virtnbd-", ".err");
        try {
            Process process = new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            return new QemuTool(command, output, errors, process);
        } catch (IOException e) {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
            throw e;
        }
    }

    /**
     * Runs a program to its end.
     *
     * @return what it printed on its standard output
     * @throws QemuToolException if it is not on the PATH, does not end in time, or not well
     */
    public static String run(long seconds, String program, String... arguments) throws IOException {
        try (QemuTool tool = start(program, arguments)) {
            tool.await(seconds);
            return Files.readString(tool.output, StandardCharsets.UTF_8);
        }
    }

    private static Path locate(String program) throws QemuToolException {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator)).filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program)).filter(Files::isExecutable).findFirst()
                .orElseThrow(() -> new QemuToolException(program + " is not on the PATH (" + path
                        + "), expected it there: install qemu-utils"));
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** @throws QemuToolException if the program does not end in time, or not well */
    public void await(long seconds) throws IOException {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw failure("did not end within " + seconds + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + command.get(0));
        }
        if (process.exitValue() != 0) {
            throw failure("ended with exit code " + process.exitValue());
        }
    }

    /** An error that says what the program printed. */
    public QemuToolException failure(String how) throws IOException {
        String printed = (new String(Files.readAllBytes(errors)) + new String(Files.readAllBytes(output))).strip();
        return new QemuToolException(String.join(" ", command) + " " + how
                + (printed.isEmpty() ? "" : ": " + printed.substring(0, Math.min(OUTPUT_LIMIT, printed.length()))));
    }

    /** Ends the program if it still runs, and waits until it has gone: it could make files until then. Is not interrupted. */
    @Override
    public void close() throws IOException {
        try {
            process.destroyForcibly().onExit().orTimeout(KILL_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            // stuck in the kernel, as on storage that has gone: it makes no more files then
        }
        Files.deleteIfExists(output);
        Files.deleteIfExists(errors);
    }
}
