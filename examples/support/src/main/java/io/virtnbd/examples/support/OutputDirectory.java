/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where an example writes to. Files of its last run are replaced, those of anybody else never.
 *
 * @param name the directory as the user calls it
 * @param path the directory
 */
public record OutputDirectory(Path name, Path path) {

    /** What means something else in the URI of a file endpoint. */
    private static final Pattern NOT_IN_A_URI = Pattern.compile("[%?\\\\]|\\$\\{|\\{\\{");

    /**
     * Makes it where it is not there.
     *
     * @param example name of the example
     * @throws ExampleException if the directory has files that the example did not make, or its path is no good
     */
    public static OutputDirectory open(Path name, String example) throws IOException, ExampleException {
        Path path = name.toAbsolutePath().normalize();
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new ExampleException(path + " is not a directory; name another with --output");
        }
        if (NOT_IN_A_URI.matcher(path.toString()).find()) {
            throw new ExampleException(path + " cannot be the directory of a file endpoint: it has one of"
                    + " % ? \\ ${ {{; name another with --output");
        }
        Path marker = path.resolve("." + example);
        if (Files.isDirectory(path) && !Files.exists(marker) && !isEmpty(path)) {
            throw new ExampleException(path + " has files that are not of the example " + example + "; name another"
                    + " directory with --output");
        }
        Files.createDirectories(path);
        Files.writeString(marker, "The example " + example + " of camel-virtnbd replaces the files in this directory.\n");
        return new OutputDirectory(name, path);
    }

    public Path demoDisk() {
        return path.resolve("demo-disk.raw");
    }

    public Path backups() {
        return path.resolve("backup");
    }

    public Path restoredImage() {
        return path.resolve("restored").resolve("vda.raw");
    }

    /** The files in and below a directory, sorted by name. */
    public static List<Path> filesBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Deletes a directory in this one with all that is in it, where it is there. */
    public void clear(Path directory) throws IOException {
        if (!directory.startsWith(path) || !Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Lists files of the directory with their sizes. */
    public void print(PrintStream out, List<Path> files) throws IOException {
        out.println("Files in " + name);
        for (Path file : files) {
            out.printf("%12s  %s%n", Quantities.bytes(Files.size(file)), path.relativize(file));
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
