/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import io.virtnbd.engine.ProgressListener;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.main.Main;

/**
 * One run of an example: its arguments, its output directory, the servers that it brings, and its application of Camel's, which
 * has the routes in {@code camel/*.camel.yaml} and the properties in {@code application.properties}, those of the user first.
 */
public final class Example implements AutoCloseable {

    /** What an example does. */
    @FunctionalInterface
    public interface Program {

        void run(Example example) throws Exception;
    }

    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    /** For what is still under way after a failure. */
    private static final String SHUTDOWN_SECONDS = "5";

    private final PrintStream out;
    private final OutputDirectory output;
    private final List<String> words;
    private final Properties given = new Properties();
    private final Main main = new Main();
    /** The last one that was started is the first one to be stopped. */
    private final Deque<AutoCloseable> servers = new ArrayDeque<>();

    private Example(String name, ExampleArguments arguments, PrintStream out) throws IOException, ExampleException {
        this.out = out;
        this.words = arguments.words();
        if (arguments.properties().isPresent()) {
            try (Reader reader = Files.newBufferedReader(arguments.properties().get())) {
                given.load(reader);
            }
        }
        output = OutputDirectory.open(arguments.output(), name);
        given.stringPropertyNames().forEach(property -> set(property, given.getProperty(property)));
        main.addInitialProperty("camel.main.name", name);
        main.addInitialProperty("camel.main.startup-summary-level", "Off");
        main.addInitialProperty("camel.main.shutdown-timeout", SHUTDOWN_SECONDS);
    }

    /**
     * Runs an example, and ends the program: with 0 when all went well, with 1 after a failure, with 2 when the arguments make
     * no sense.
     *
     * @param help  what it does and how it is called, without the options that all examples have
     * @param words what can be said to it without an option
     */
    public static void main(String name, String help, List<String> words, String[] args, Program program) {
        System.exit(run(name, help, words, args, program));
    }

    private static int run(String name, String help, List<String> words, String[] args, Program program) {
        ExampleArguments arguments;
        try {
            arguments = ExampleArguments.parse(name, words, args);
        } catch (ExampleException e) {
            System.err.println(name + ": " + e.getMessage() + "; --help explains the arguments");
            return WRONG_USAGE;
        }
        if (arguments.help()) {
            System.out.print(help + String.format(ExampleArguments.OPTIONS, name));
            return 0;
        }
        try (Example example = new Example(name, arguments, System.out)) {
            program.run(example);
            return 0;
        } catch (Exception e) {
            System.err.println(name + " failed: " + Failures.describe(e));
            return FAILED;
        }
    }

    public PrintStream out() {
        return out;
    }

    public OutputDirectory output() {
        return output;
    }

    /** Whether the user has said that word, or none. */
    public boolean wants(String word) {
        return words.isEmpty() || words.contains(word);
    }

    /** Whether that property is in the user's file. */
    public boolean isGiven(String property) {
        return given.containsKey(property);
    }

    /** Sets a property of the routes. */
    public void set(String property, Object value) {
        main.addOverrideProperty(property, value.toString());
    }

    /** Stops that one, too, when this is closed. */
    public <T extends AutoCloseable> T closing(T server) {
        servers.push(server);
        return server;
    }

    /**
     * Makes the demo disk and serves it, as the properties {@code backup.domain} and {@code backup.nbdUri}, where the user has
     * named none of them.
     *
     * @return its image
     */
    public Optional<Path> serveDemoDisk() throws IOException {
        if (isGiven("backup.domain") || isGiven("backup.nbdUri")) {
            return Optional.empty();
        }
        Path disk = output.demoDisk();
        DemoDisk.create(disk, ProgressListener.NONE);
        DemoDiskServer server = closing(DemoDiskServer.start(disk));
        set("backup.domain", "demo");
        set("backup.nbdUri", server.uri());
        tell("disk", server.uri() + ", a demo disk of " + Quantities.bytes(DemoDisk.SIZE) + " with "
                + Quantities.bytes(DemoDisk.DATA) + " of data");
        return Optional.of(disk);
    }

    /** Makes an object known to routes. */
    public void bind(String name, Object bean) {
        main.bind(name, bean);
    }

    /** Starts the routes. */
    public CamelContext start() throws Exception {
        main.start();
        closing(main::stop);
        return main.getCamelContext();
    }

    /** Sends a message to a route and awaits the end of it. */
    public Exchange request(String endpoint, Processor message) throws Exception {
        Exchange exchange = main.getCamelTemplate().request(endpoint, message);
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return exchange;
    }

    /** Sends a message to a route and awaits the end of it, and tells how long that took. */
    public Exchange step(String name, String endpoint) throws Exception {
        long begin = System.nanoTime();
        Exchange exchange = request(endpoint, message -> { });
        tell(name, "done in " + Quantities.duration(System.nanoTime() - begin));
        return exchange;
    }

    /** Prints a line. */
    public void tell(String what, String text) {
        out.printf("%-12s %s%n", what, text);
    }

    @Override
    public void close() throws Exception {
        while (!servers.isEmpty()) {
            servers.pop().close();
        }
    }
}
