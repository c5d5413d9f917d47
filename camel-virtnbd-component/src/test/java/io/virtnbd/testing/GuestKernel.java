/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Debian's kernel for virtual machines.
 *
 * @param image   what is booted
 * @param modules directory of its modules
 */
record GuestKernel(Path image, Path modules) {

    static final String PATTERN = "vmlinuz-*-cloud-amd64";

    /** Unpacked for the tests, or installed. */
    static final List<Path> ROOTS = List.of(Path.of("target", "guest-kernel").toAbsolutePath(),
            Path.of("..", "camel-virtnbd-component", "target", "guest-kernel").toAbsolutePath().normalize(), Path.of("/"));

    static Optional<GuestKernel> find() {
        return ROOTS.stream().flatMap(GuestKernel::in).findFirst();
    }

    private static Stream<GuestKernel> in(Path root) {
        Path boot = root.resolve("boot");
        if (!Files.isDirectory(boot)) {
            return Stream.empty();
        }
        Stream.Builder<GuestKernel> found = Stream.builder();
        try (DirectoryStream<Path> images = Files.newDirectoryStream(boot, PATTERN)) {
            for (Path image : images) {
                String version = image.getFileName().toString().substring("vmlinuz-".length());
                found.add(new GuestKernel(image, root.resolve("lib/modules").resolve(version).resolve("kernel")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.build().filter(kernel -> Files.isDirectory(kernel.modules));
    }

    /** The file of a module, wherever it is among the others. */
    Path module(String name) {
        try (Stream<Path> files = Files.walk(modules)) {
            return files.filter(file -> file.endsWith(name + ".ko")).findFirst().orElseThrow(() ->
                    new AssertionError("no module " + name + " in " + modules));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
