/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
public final class Tool {

    private static final long DEADLINE_SECONDS = 120;

    /** What a program printed, both streams together, and how it ended. */
    public record Result(int exitCode, String output) {
    }

    private Tool() {
    }

    /** Runs a program that must succeed and returns what it printed. */
    public static String run(String... command) {
        Result result = tryRun(command);
        if (result.exitCode() != 0) {
            throw new AssertionError(List.of(command) + " ended with " + result.exitCode() + ":\n" + result.output());
        }
        return result.output();
    }

    /** Runs a program that may fail. */
    public static Result tryRun(String... command) {
        try {
            Path log = Files.createTempFile("tool", ".log");
            try {
                Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
                process.getOutputStream().close();
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(List.of(command) + " did not end within " + DEADLINE_SECONDS + " s:\n"
                            + Files.readString(log));
                }
                return new Result(process.exitValue(), new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + List.of(command), e);
        }
    }
}
