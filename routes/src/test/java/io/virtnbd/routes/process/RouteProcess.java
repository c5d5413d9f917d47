/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Routes in YAML that run in a JVM of their own, with a heap of a given size. */
public final class RouteProcess {

    private static final long DEADLINE_MINUTES = 5;

    private RouteProcess() {
    }

    /**
     * Runs them until one exchange is done, which must succeed.
     *
     * @param directory for the routes and the log
     * @param yaml      the routes
     * @param endpoint  that the message is sent to
     * @param heap      for example {@code 64m}
     * @return what the process printed
     */
    public static String run(Path directory, String yaml, String endpoint, String heap) throws Exception {
        Path routes = Files.writeString(Files.createTempFile(directory, "routes", ".yaml"), yaml);
        Path log = Files.createTempFile(directory, "routes", ".log");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap, "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
                RouteMain.class.getName(), routes.toString(), endpoint, "1"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError("routes with a heap of " + heap + " ended with "
                        + (process.isAlive() ? "nothing" : process.exitValue()) + ":\n" + Files.readString(log));
            }
            return Files.readString(log);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Most memory of the process that was resident, in bytes. */
    public static long peak(String output) throws IOException {
        return output.lines().filter(line -> line.startsWith("peak ")).mapToLong(line -> Long.parseLong(line.substring(5)) << 10)
                .findFirst().orElseThrow(() -> new IOException("no peak in " + output));
    }
}
