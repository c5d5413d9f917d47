/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Streams that the reference implementation wrote. */
final class GoldenStreams {

    private GoldenStreams() {
    }

    static Path directory(String set) {
        try {
            return Path.of(GoldenStreams.class.getResource("/golden/" + set).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Full, incrementals, differential. */
    static List<Path> chain(String set) {
        try (Stream<Path> files = Files.list(directory(set))) {
            List<Path> streams = files.filter(file -> file.toString().endsWith(".data")).sorted().toList();
            if (streams.size() != 5) {
                throw new AssertionError(set + ": expected five streams, found " + streams);
            }
            return List.of(streams.get(1), streams.get(2), streams.get(3), streams.get(4), streams.get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> all() {
        return Stream.of("plain", "lz4").flatMap(set -> chain(set).stream()).toList();
    }

    /** The expected SHA-256 of the disk after each stream of the chain. */
    static List<String> checksums(String set) {
        try {
            return Files.readAllLines(directory(set).resolve("expected-raw.sha256")).stream()
                    .map(line -> line.substring(0, 64)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(Path stream) {
        try {
            return Files.readAllBytes(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
