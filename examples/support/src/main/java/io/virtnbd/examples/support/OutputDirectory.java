/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where the quick start writes to. Files of its last run are replaced, those of anybody else never. */
record OutputDirectory(Path path) {

    private static final String MARKER = ".quickstart";
    /** What means something else in the URI of a file endpoint. */
    private static final Pattern NOT_IN_A_URI = Pattern.compile("[%?\\\\]|\\$\\{|\\{\\{");

    /** @throws QuickStartException if the directory has files that the quick start did not make, or its path is no good */
    static OutputDirectory open(Path path) throws IOException, QuickStartException {
        OutputDirectory output = new OutputDirectory(path.toAbsolutePath().normalize());
        if (Files.exists(output.path) && !Files.isDirectory(output.path)) {
            throw new QuickStartException(output.path + " is not a directory; name another with --output");
        }
        if (NOT_IN_A_URI.matcher(output.path.toString()).find()) {
            throw new QuickStartException(output.path + " cannot be the directory of a file endpoint: it has one of"
                    + " % ? \\ ${ {{; name another with --output");
        }
        Path marker = output.path.resolve(MARKER);
        if (Files.isDirectory(output.path) && !Files.exists(marker) && !isEmpty(output.path)) {
            throw new QuickStartException(output.path + " has files that are not of the quick start; name another"
                    + " directory with --output");
        }
        Files.createDirectories(output.path);
        Files.writeString(marker, "The quick start of camel-virtnbd replaces the files in this directory.\n");
        return output;
    }

    Path demoDisk() {
        return path.resolve("demo-disk.raw");
    }

    Path backups() {
        return path.resolve("backup");
    }

    Path restoredImage() {
        return path.resolve("restored").resolve("vda.raw");
    }

    /** The files of the backup, sorted by name. */
    List<Path> backupFiles() throws IOException {
        try (Stream<Path> files = Files.list(backups())) {
            return files.sorted().toList();
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
