/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
        List<String> command = new ArrayList<>(List.of(module.resolve("run").toString()));
        command.addAll(List.of(arguments));
        Path out = tools.resolve("out");
        Path err = tools.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().merge("PATH", tools + ":", (path, first) -> first + path);
        // a JVM announces these on its error output
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end within " + DEADLINE_SECONDS + " s:\n" + Files.readString(out));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
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
