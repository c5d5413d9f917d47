/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.NbdNegotiationException;
import io.virtnbd.nbd.protocol.ServerText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The meta contexts of a connection: names in the order in which they were wanted, and the server's numbers for them. */
record MetaContexts(List<String> names, List<Integer> ids) {

    static final MetaContexts NONE = new MetaContexts(List.of(), List.of());

    /** Takes in what a server selects. */
    static final class Selection {

        private final List<String> wanted;
        private final Map<String, Integer> selected = new LinkedHashMap<>();

        Selection(List<String> wanted) {
            this.wanted = wanted;
        }

        /** @param data of a META_CONTEXT reply: 32 bits of id, then the name */
        void add(ByteBuffer data) throws NbdNegotiationException {
            if (data.remaining() < Integer.BYTES) {
                throw new NbdNegotiationException("META_CONTEXT reply has " + data.remaining()
                        + " bytes, expected 4 and a name");
            }
            int id = data.getInt();
            String name;
            try {
                name = ServerText.name(data);
            } catch (IllegalArgumentException e) {
                throw new NbdNegotiationException("name of meta context " + Integer.toUnsignedString(id) + ": "
                        + e.getMessage());
            }
            if (!wanted.contains(name)) {
                throw new NbdNegotiationException("the server selected a meta context that was not asked for: expected one of "
                        + wanted + ", found '" + ServerText.message(data.flip().position(Integer.BYTES)) + "'");
            }
            if (selected.containsValue(id)) {
                throw new NbdNegotiationException("two meta contexts have the id " + Integer.toUnsignedString(id));
            }
            if (selected.put(name, id) != null) {
                throw new NbdNegotiationException("the server selected meta context " + name + " twice");
            }
        }

        MetaContexts finish() {
            List<String> names = new ArrayList<>(wanted);
            names.retainAll(selected.keySet());
            return new MetaContexts(List.copyOf(names), names.stream().map(selected::get).toList());
        }
    }

    /** The place of an id in the lists, or -1. */
    int indexOf(int id) {
        return ids.indexOf(id);
    }
}
