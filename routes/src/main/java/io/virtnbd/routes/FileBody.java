/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Replaces the body, a path, by the file or directory at that path. Safe for use by several threads. */
public final class FileBody implements Processor {

    /** @throws NoSuchFileException if there is none */
    @Override
    public void process(Exchange exchange) throws NoSuchFileException {
        String path = exchange.getMessage().getBody(String.class);
        if (!Files.exists(Path.of(path))) {
            throw new NoSuchFileException(path, null, "expected a file or directory, found nothing");
        }
        exchange.getMessage().setBody(Path.of(path).toFile());
    }
}
