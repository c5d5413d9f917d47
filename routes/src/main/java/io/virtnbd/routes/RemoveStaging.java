/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the directory in the variable {@code virtnbdStagingDirectory}, with all in it, if it is there. Where that fails, the log
 * tells: it changes nothing in what was restored. Safe for use by several threads.
 */
public final class RemoveStaging implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(RemoveStaging.class);

    @Override
    public void process(Exchange exchange) {
        Path directory = Path.of(exchange.getVariable("virtnbdStagingDirectory", String.class));
        try {
            Files.walkFileTree(directory, new Remover());
        } catch (NoSuchFileException e) {
            if (!e.getFile().equals(directory.toString())) {
                LOG.error("{} was not removed, remove it by hand", directory, e);
            }
        } catch (IOException e) {
            LOG.error("{} was not removed, remove it by hand", directory, e);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
