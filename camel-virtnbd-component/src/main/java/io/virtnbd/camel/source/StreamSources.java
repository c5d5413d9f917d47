/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.source;

import io.virtnbd.camel.delivery.ArtifactBody;
import io.virtnbd.camel.delivery.BackupBody;
import io.virtnbd.engine.restore.StreamInput;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.WrappedFile;

/** Finds the streams in a message's body: a file or what names one, bytes, or several of them in a list. */
public final class StreamSources {

    private static final String EXPECTED = "a stream or a directory with a backup: a file, a path, an InputStream, bytes, a"
            + " message of a backup, or a list of streams in chain order";

    private StreamSources() {
    }

    /** The directory that the body is or names. */
    public static Optional<Path> directory(Object body) {
        return path(body).filter(Files::isDirectory);
    }

    /**
     * The streams in the body, in order.
     *
     * @throws IllegalArgumentException if there is something else in it, or nothing
     */
    public static List<StreamInput> streams(Exchange exchange, Object body) {
        List<StreamInput> inputs = new ArrayList<>();
        if (body instanceof Collection<?> several) {
            for (Object one : several) {
                inputs.add(stream(exchange, one, "body, element " + inputs.size()));
            }
        } else {
            inputs.add(stream(exchange, body, "body"));
        }
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("the body is an empty list, expected " + EXPECTED);
        }
        return inputs;
    }

    private static StreamInput stream(Exchange exchange, Object body, String name) {
        if (body instanceof Exchange nested) {
            return stream(nested, nested.getMessage().getBody(), name);
        }
        if (body instanceof Message nested) {
            return stream(exchange, nested.getBody(), name);
        }
        Optional<Path> path = path(body);
        if (path.isPresent()) {
            if (!Files.isRegularFile(path.get())) {
                throw new IllegalArgumentException("the " + name + " is the path '" + path.get()
                        + "', expected a file that exists, or a directory alone");
            }
            return StreamInput.of(path.get());
        }
        if (body instanceof ArtifactBody artifact) {
            return new ReopenableInput(artifact.name(), () -> artifact.open(exchange));
        }
        if (body instanceof byte[] bytes) {
            return new ReopenableInput(name, () -> new ByteArrayInputStream(bytes));
        }
        InputStream converted = body == null || body instanceof CharSequence || body instanceof BackupBody ? null
                : exchange.getContext().getTypeConverter().tryConvertTo(InputStream.class, exchange, body);
        if (converted == null) {
            String found = body == null ? "empty" : "a " + body.getClass().getName();
            throw new IllegalArgumentException("the " + name + " is " + found + ", expected " + EXPECTED);
        }
        return StreamInput.of(name, converted);
    }

    /** The path that the body is or names; a text that is no path names none. */
    private static Optional<Path> path(Object body) {
        if (body instanceof Path path) {
            return Optional.of(path);
        }
        if (body instanceof File file) {
            return Optional.of(file.toPath());
        }
        if (body instanceof WrappedFile<?> wrapped) {
            return wrapped.getFile() instanceof File file ? Optional.of(file.toPath())
                    : wrapped.getBody() instanceof File file ? Optional.of(file.toPath()) : Optional.empty();
        }
        if (body instanceof String text && !text.isBlank()) {
            try {
                return Optional.of(Path.of(text));
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
