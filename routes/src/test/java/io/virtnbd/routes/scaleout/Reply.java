/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The answer to a request. */
record Reply(String request, String status, String domain, String level, String checkpoint, String chain) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Reply parse(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            Reply reply = new Reply(text(node, "requestId"), text(node, "status"), text(node, "domain"), text(node, "level"),
                    text(node, "checkpoint"), text(node, "chain"));
            if (reply.checkpoint.isEmpty()) {
                throw new AssertionError("no backup was made: " + json);
            }
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asText();
    }

    /** The number in the checkpoint's name: the order of a domain's backups. */
    long number() {
        return Long.parseLong(checkpoint.substring(checkpoint.lastIndexOf('.') + 1));
    }
}
