/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A message as a broker has it, seen without Camel. */
record WireMessage(Map<String, String> headers, byte[] body) {

    String fileName() {
        return headers.get("VirtNbdFileName");
    }

    boolean isManifest() {
        return "manifest".equals(headers.get("VirtNbdArtifact"));
    }

    /** A message that asks for that place in a store, with content. */
    static WireMessage named(String domain, String chain, String fileName) {
        Map<String, String> headers = new HashMap<>();
        headers.put("VirtNbdDomain", domain);
        headers.put("VirtNbdChain", chain);
        headers.put("VirtNbdFileName", fileName);
        headers.values().removeIf(value -> value == null);
        return new WireMessage(headers, new byte[] {1, 2, 3});
    }

    WireMessage with(String header, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, value);
        return new WireMessage(more, body);
    }
}
