/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import io.virtnbd.testing.Tool;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.main.Main;

/**
 * A program as operators start it: camel-main in a JVM of its own, with YAML and properties. What it does is read from its log.
 * Safe for use by several threads.
 */
final class Worker implements AutoCloseable {

    private static final Pattern LINE = Pattern.compile("(?<millis>[0-9]+) (?<level>[A-Z]+) +(?<logger>\\S+) - (?<text>.*)");
    private static final Pattern BACKUP = Pattern.compile("(?<what>backing|backed) up (?<domain>[^:]+): (?<level>[a-z]+)"
            + " (?<checkpoint>[^ ,]+)(?: since [^ ,]+)?, disks .* for request (?<request>[^:]+): .*");

    /** Is told when a worker begins a backup, and delays what is read of its log, not its work. */
    interface Listener {

        void began(Worker worker, Backup backup) throws Exception;
    }

    private final String name;
    private final Path log;
    private final Process process;
    private final Thread reader;
    private final Listener listener;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Map<Backup, Long> began = new ConcurrentHashMap<>();
    private volatile long killed;
    /** What has kept the log from being read to its end. */
    private volatile Throwable failure;

    /**
     * Starts it.
     *
     * @param yaml       its routes
     * @param properties that the routes use
     */
    Worker(String name, Path directory, String yaml, Map<String, String> properties, Listener listener) throws IOException {
        this.name = name;
        this.listener = listener;
        this.log = directory.resolve(name + ".log");
        Path routes = Files.writeString(directory.resolve(name + ".yaml"), yaml);
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError",
                "-Dlog4j2.configurationFile=classpath:log4j2-worker.properties",
                "-Dcamel.main.routesIncludePattern=classpath:camel/*,file:" + routes));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = new Thread(this::read, name);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(); BufferedWriter copy = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.append(line).append('\n').flush();
                Matcher parts = LINE.matcher(line);
                if (parts.matches()) {
                    read(Long.parseLong(parts.group("millis")), parts.group("logger"), parts.group("text"));
                }
            }
        } catch (Throwable e) {
            failure = e;
            started.completeExceptionally(e);
        } finally {
            started.completeExceptionally(new AssertionError(name + " has ended"));
        }
    }

    private void read(long millis, String logger, String text) throws Exception {
        if (logger.endsWith("AbstractCamelContext") && text.matches("Apache Camel .* started in .*")) {
            started.complete(null);
        }
        Matcher parts = BACKUP.matcher(text);
        if (!logger.equals("io.virtnbd.camel.backup") || !parts.matches()) {
            return;
        }
        if (parts.group("what").equals("backing")) {
            Backup backup = new Backup(parts.group("domain"), parts.group("level"), parts.group("checkpoint"),
                    parts.group("request"), millis);
            began.put(backup, Long.MAX_VALUE);
            listener.began(this, backup);
        } else {
            began.replaceAll((backup, end) -> backup.domain().equals(parts.group("domain"))
                    && backup.checkpoint().equals(parts.group("checkpoint")) ? millis : end);
        }
    }

    String name() {
        return name;
    }

    /** Waits until its routes run. */
    void awaitStarted() throws Exception {
        try {
            started.get(90, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(name + " has not started:\n" + log(), e);
        }
    }

    /** What it has begun, with the time at which that ended in milliseconds since 1970 UTC. */
    Map<Backup, Long> backups() {
        Map<Backup, Long> ends = new ConcurrentHashMap<>(began);
        if (killed != 0) {
            ends.replaceAll((backup, end) -> Math.min(end, killed));
        }
        return ends;
    }

    /** How many it has made. */
    long made() {
        return began.values().stream().filter(end -> end != Long.MAX_VALUE).count();
    }

    String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Holds it where it is: nothing that it has is given back. */
    void pause() {
        signal("STOP");
    }

    void goOn() {
        signal("CONT");
    }

    private void signal(String signal) {
        Tool.run("kill", "-" + signal, Long.toString(process.pid()));
    }

    /** Kills it, as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly(); // that of the process would close its log before it is read
        process.waitFor();
        killed = System.currentTimeMillis();
    }

    /** Lets it come to its end, as {@code systemctl stop} does. */
    void stop() throws Exception {
        process.toHandle().destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end when it is told to:\n" + log());
        }
        awaitEndOfLog();
    }

    private void awaitEndOfLog() throws InterruptedException {
        reader.join();
        if (failure != null) {
            throw new AssertionError("the log of " + name + " was not read to its end", failure);
        }
    }

    @Override
    public void close() throws Exception {
        kill();
        awaitEndOfLog();
    }
}
