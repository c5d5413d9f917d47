/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The command line of an example.
 *
 * @param help       whether to print the help and do nothing else
 * @param output     the directory to write to
 * @param properties a file with properties of the user
 * @param words      what are no options
 */
record ExampleArguments(boolean help, Path output, Optional<Path> properties, List<String> words) {

    static final String OPTIONS = """

            options:
              --properties FILE  properties of yours, in place of those in src/main/resources/application.properties
              --output DIR       where to write to, by default %s-output in the current directory
              --help             print this
            """;

    /**
     * @param example name of the example
     * @param known   the words that the example knows
     * @throws ExampleException if the arguments make no sense, with the reason
     */
    static ExampleArguments parse(String example, List<String> known, String... args) throws ExampleException {
        boolean help = false;
        Path output = Path.of(example + "-output");
        Optional<Path> properties = Optional.empty();
        List<String> words = new ArrayList<>();
        Deque<String> rest = new ArrayDeque<>(List.of(args));
        while (!rest.isEmpty()) {
            String arg = rest.remove();
            switch (arg) {
                case "--help", "-h" -> help = true;
                case "--output" -> output = Path.of(value(arg, rest));
                case "--properties" -> properties = Optional.of(file(value(arg, rest)));
                default -> {
                    if (!known.contains(arg)) {
                        throw new ExampleException("unknown argument '" + arg + "'");
                    }
                    words.add(arg);
                }
            }
        }
        return new ExampleArguments(help, output, properties, List.copyOf(words));
    }

    private static String value(String option, Deque<String> rest) throws ExampleException {
        if (rest.isEmpty() || rest.peek().isEmpty()) {
            throw new ExampleException("option " + option + " needs a value");
        }
        return rest.remove();
    }

    private static Path file(String text) throws ExampleException {
        Path path = Path.of(text);
        if (!Files.isRegularFile(path)) {
            throw new ExampleException("there is no file '" + text + "'");
        }
        return path;
    }
}
