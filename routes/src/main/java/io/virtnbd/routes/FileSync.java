/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Makes the file that a {@code file:} endpoint has just written durable, with its name: when this step is done, a loss of power
 * takes nothing of it. Camel's file component leaves that to the operating system, whatever its option {@code forceWrites} says.
 * Safe for use by several threads.
 */
public final class FileSync implements Processor {

    /** @throws IllegalArgumentException if no file was written before */
    @Override
    public void process(Exchange exchange) throws IOException {
        String produced = exchange.getMessage().getHeader(Exchange.FILE_NAME_PRODUCED, String.class);
        if (produced == null) {
            throw new IllegalArgumentException("the message has no header " + Exchange.FILE_NAME_PRODUCED
                    + ", expected that of a file: endpoint before this step");
        }
        Path file = Path.of(produced).toAbsolutePath();
        sync(file);
        try {
            // which of the directories are new is not known; for those that are not it costs next to nothing
            for (Path directory = file.getParent(); directory != null; directory = directory.getParent()) {
                sync(directory);
            }
        } catch (AccessDeniedException e) {
            // one that this program may not list was not made by it
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
