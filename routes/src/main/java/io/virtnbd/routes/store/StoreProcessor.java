/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import io.virtnbd.camel.store.StoreHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Answers the requests that the component sends to the endpoint of its option {@code store}, for a server that reads parts of files.
 * Safe for use by several threads.
 */
abstract class StoreProcessor extends ServiceSupport implements Processor {

    /** @throws IllegalArgumentException if the message is no such request */
    @Override
    public final void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        CamelContext context = exchange.getContext();
        String name = message.getHeader(Exchange.FILE_NAME, "", String.class);
        String operation = message.getHeader(StoreHeaders.OPERATION, "", String.class);
        switch (operation) {
            case StoreHeaders.LIST -> {
                message.setBody(list(context, checked(name, name.isEmpty() || name.endsWith("/"))));
                message.setHeader(StoreHeaders.SEEKABLE, true);
            }
            case StoreHeaders.READ -> message.setBody(open(context, checked(name, false),
                    message.getHeader(StoreHeaders.FILE_TAG, String.class), Range.of(message)));
            case StoreHeaders.DELETE -> {
                delete(context, checked(name, false));
                message.setBody(null);
            }
            default -> throw new IllegalArgumentException("header " + StoreHeaders.OPERATION + " is '" + operation
                    + "', expected list, read or delete");
        }
    }

    /** Names can come from elsewhere than lists, and a server that takes one for a path would lead out of the store. */
    private static String checked(String name, boolean isDirectory) {
        String[] parts = name.split("/", -1);
        boolean leadsElsewhere = name.indexOf('\0') >= 0 || Arrays.stream(parts, 0, parts.length - (isDirectory ? 1 : 0))
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (leadsElsewhere) {
            throw new IllegalArgumentException("header " + Exchange.FILE_NAME + " is '" + name
                    + "', expected a name relative to the store");
        }
        return name;
    }

    /** An element of a list. */
    static Map<String, Object> file(String name, long bytes, String tag) {
        Map<String, Object> file = new HashMap<>();
        file.put(StoreHeaders.NAME, name);
        file.put(StoreHeaders.BYTES, bytes);
        file.put(StoreHeaders.TAG, tag);
        return file;
    }

    /** All files whose names begin with that. */
    abstract List<Map<String, Object>> list(CamelContext context, String prefix) throws IOException;

    /**
     * A file, or a part of it.
     *
     * @param tag   that it was listed with; null for any
     * @param range null for the whole
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    abstract InputStream open(CamelContext context, String name, String tag, Range range) throws IOException;

    abstract void delete(CamelContext context, String name) throws IOException;

    /** Bytes of a file, from 0 on. The end belongs to it. */
    record Range(long start, long end) {

        private static Range of(Message message) {
            Long start = message.getHeader(StoreHeaders.RANGE_START, Long.class);
            Long end = message.getHeader(StoreHeaders.RANGE_END, Long.class);
            if (start == null && end == null) {
                return null;
            }
            if (start == null || end == null || start < 0 || end < start) {
                throw new IllegalArgumentException("headers " + StoreHeaders.RANGE_START + " and " + StoreHeaders.RANGE_END
                        + " are " + start + " and " + end + ", expected positions of bytes, the last not before the first");
            }
            return new Range(start, end);
        }

        long length() {
            return end - start + 1;
        }
    }
}
