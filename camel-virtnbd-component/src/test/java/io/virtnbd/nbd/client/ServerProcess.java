/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real server in a process of its own, started and ready. */
final class ServerProcess implements AutoCloseable {

    private static final long DEADLINE_SECONDS = 20;

    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /** @param pidFile the server is ready when it has written its process id there */
    private static ServerProcess start(Path directory, Path pidFile, List<String> command) throws Exception {
        Path log = Files.createTempFile(directory, "server", ".log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!Files.exists(pidFile) || Files.size(pidFile) == 0) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not start:\n" + Files.readString(log));
            }
            Thread.sleep(2);
        }
        return new ServerProcess(process);
    }

    /** Starts nbdkit on a unix socket. */
    static ServerProcess nbdkit(Path socket, String... arguments) throws Exception {
        return nbdkit(socket.getParent(), List.of("-U", socket.toString()), arguments);
    }

    /** Starts nbdkit on a TCP port of the loopback interface. */
    static ServerProcess nbdkit(Path directory, int port, String... arguments) throws Exception {
        return nbdkit(directory, List.of("-i", "127.0.0.1", "-p", Integer.toString(port)), arguments);
    }

    private static ServerProcess nbdkit(Path directory, List<String> listen, String... arguments) throws Exception {
        Path pidFile = Files.createTempDirectory(directory, "pid").resolve("pid");
        List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-P", pidFile.toString()));
        command.addAll(listen);
        command.addAll(List.of(arguments));
        return start(directory, pidFile, command);
    }

    /** Starts qemu-nbd on a unix socket. */
    static ServerProcess qemuNbd(Path socket, String... arguments) throws Exception {
        Path pidFile = Files.createTempDirectory(socket.getParent(), "pid").resolve("pid");
        List<String> command = new ArrayList<>(List.of("qemu-nbd", "-t", "--pid-file=" + pidFile, "--socket=" + socket));
        command.addAll(List.of(arguments));
        return start(socket.getParent(), pidFile, command);
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
