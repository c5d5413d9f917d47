/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Runs the script of an example as a user does, in a directory of its own. In place of Maven, which has just built everything,
 * it finds a recorder of its calls.
 */
final class RunScript {

    /** How a run ended. */
    record Result(int exitCode, String out, String err) {
    }

    private static final long DEADLINE_SECONDS = 120;
    private static final Path EXAMPLES = Path.of("..").toAbsolutePath().normalize();

    private final Path module;
    private final Path directory;
    private final Path tools;

    /** @param directory where it runs */
    RunScript(String example, Path directory) throws IOException {
        this.module = EXAMPLES.resolve(example);
        this.directory = directory;
        this.tools = Files.createTempDirectory(directory, "tools-");
        Path maven = Files.writeString(tools.resolve("mvn"), "#!/bin/sh\necho \"$@\" >>'" + tools.resolve("mvn.log") + "'\n");
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwx------"));
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        try (Run run = start(arguments)) {
            return run.end();
        }
    }

    /** Starts a run that goes on until its input ends. */
    Run start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(module.resolve("run").toString()));
        command.addAll(List.of(arguments));
        Path out = tools.resolve("out");
        Path err = tools.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().merge("PATH", tools + ":", (path, first) -> first + path);
        // a JVM announces these on its error output
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return new Run(command, builder.start(), out, err);
    }

    /** A run that is under way. */
    record Run(List<String> command, Process process, Path outFile, Path errFile) implements AutoCloseable {

        /** Awaits a text in what it prints, and returns all of that; also when it ends without. */
        String awaitOut(String text) {
            Awaitility.await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .until(() -> !process.isAlive() || Files.readString(outFile).contains(text));
            return read(outFile);
        }

        /** Ends its input, and awaits its end. */
        Result end() throws IOException, InterruptedException {
            process.getOutputStream().close();
            return awaitEnd();
        }

        /** Ends it as Ctrl-C does. */
        Result terminate() throws InterruptedException {
            process.destroy();
            return awaitEnd();
        }

        private Result awaitEnd() throws InterruptedException {
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(command + " did not end within " + DEADLINE_SECONDS + " s:\n" + read(outFile));
            }
            return new Result(process.exitValue(), read(outFile), read(errFile));
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Makes the next run believe that something must be built. */
    void forgetBuild() throws IOException {
        Files.deleteIfExists(module.resolve("target/built"));
    }

    /** The arguments of each call of Maven. */
    List<String> mavenCalls() throws IOException {
        Path log = tools.resolve("mvn.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }
}
