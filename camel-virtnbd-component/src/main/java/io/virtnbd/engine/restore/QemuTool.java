/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Starts a program of QEMU's and keeps what it prints. */
final class QemuTool implements Closeable {

    private static final int OUTPUT_LIMIT = 2000;
    private static final long KILL_SECONDS = 5;

    private final List<String> command;
    private final Path log;
    private final Process process;

    private QemuTool(List<String> command, Path log, Process process) {
        this.command = command;
        this.log = log;
        this.process = process;
    }

    /** @throws RestoreException if the program is not on the PATH */
    static QemuTool start(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(locate(program).toString());
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile("virtnbd-", ".log");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            process.getOutputStream().close();
            return new QemuTool(command, log, process);
        } catch (IOException e) {
            Files.deleteIfExists(log);
            throw e;
        }
    }

    private static Path locate(String program) throws RestoreException {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator)).filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program)).filter(Files::isExecutable).findFirst()
                .orElseThrow(() -> new RestoreException("a qcow2 image is written by " + program
                        + ", which is not on the PATH (" + path + "); install qemu-utils, or restore to a raw image"));
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** @throws RestoreException if the program does not end in time, or not well */
    void await(long seconds) throws IOException {
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
    RestoreException failure(String how) throws IOException {
        String output = new String(Files.readAllBytes(log)).strip();
        return new RestoreException(String.join(" ", command) + " " + how
                + (output.isEmpty() ? "" : ": " + output.substring(0, Math.min(OUTPUT_LIMIT, output.length()))));
    }

    /** Ends the program if it still runs, and waits until it has gone: it could make files until then. Is not interrupted. */
    @Override
    public void close() throws IOException {
        try {
            process.destroyForcibly().onExit().orTimeout(KILL_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            // stuck in the kernel, as on storage that has gone: it makes no more files then
        }
        Files.deleteIfExists(log);
    }
}
