/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.ExampleException;
import io.virtnbd.nbd.protocol.NbdUri;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The command line.
 *
 * @param help        whether to print the help and do nothing else
 * @param nbdUri      the export to back up
 * @param image       the image to back up; there is never an export and an image
 * @param output      the directory to write to
 * @param compression {@code none} or {@code lz4}
 */
record Arguments(boolean help, Optional<String> nbdUri, Optional<Path> image, Path output, String compression) {

    static final String HELP = """
            Backs up a disk through a Camel route, restores the backup, and compares the two byte for byte.

            usage: run [options]            a demo disk of 1 GiB, made and served over NBD by the program
                   run [options] IMAGE      an image file: raw, or qcow2 if qemu-nbd is on the PATH
                   run [options] --nbd URI  an NBD export, such as nbd://localhost:10809/vda

            options:
              --output DIR              where to write to, by default quickstart-output in the current directory;
                                        the backup and the restored image need about twice the data of the disk
              --compression none|lz4    by default none
              --help                    print this

            Nothing may write to the disk meanwhile, or the comparison fails. The source is only read.
            """;

    private static final List<String> COMPRESSIONS = List.of("none", "lz4");

    /** @throws ExampleException if the arguments make no sense, with the reason */
    static Arguments parse(String... args) throws ExampleException {
        Deque<String> rest = new ArrayDeque<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (arg.startsWith("--") && equals > 0) {
                rest.add(arg.substring(0, equals));
                rest.add(arg.substring(equals + 1));
            } else {
                rest.add(arg);
            }
        }
        boolean help = false;
        Optional<String> nbdUri = Optional.empty();
        Optional<Path> image = Optional.empty();
        Path output = Path.of("quickstart-output");
        String compression = COMPRESSIONS.get(0);
        while (!rest.isEmpty()) {
            String arg = rest.remove();
            switch (arg) {
                case "--help", "-h" -> help = true;
                case "--nbd" -> nbdUri = Optional.of(nbdUri(value(arg, rest)));
                case "--output" -> output = Path.of(value(arg, rest));
                case "--compression" -> compression = compression(value(arg, rest));
                default -> {
                    if (arg.startsWith("-") || arg.isEmpty()) {
                        throw new ExampleException("unknown option '" + arg + "'");
                    }
                    if (image.isPresent()) {
                        throw new ExampleException("two images, '" + image.get() + "' and '" + arg + "', expected one");
                    }
                    image = Optional.of(image(arg));
                }
            }
        }
        if (nbdUri.isPresent() && image.isPresent()) {
            throw new ExampleException("an image and --nbd, expected one of them");
        }
        return new Arguments(help, nbdUri, image, output, compression);
    }

    private static String value(String option, Deque<String> rest) throws ExampleException {
        if (rest.isEmpty() || rest.peek().isEmpty()) {
            throw new ExampleException("option " + option + " needs a value");
        }
        return rest.remove();
    }

    private static String nbdUri(String text) throws ExampleException {
        try {
            return NbdUri.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw new ExampleException(e.getMessage());
        }
    }

    private static String compression(String text) throws ExampleException {
        if (!COMPRESSIONS.contains(text)) {
            throw new ExampleException("compression '" + text + "', expected none or lz4");
        }
        return text;
    }

    private static Path image(String text) throws ExampleException {
        Path path = Path.of(text);
        if (!Files.isRegularFile(path)) {
            throw new ExampleException("there is no image file '" + text + "'");
        }
        return path.toAbsolutePath();
    }
}
