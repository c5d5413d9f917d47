/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.nbd.protocol.NbdUri;

/** Reads NBD URIs as they arrive through Camel. */
public final class NbdUris {

    private NbdUris() {
    }

    /**
     * Reads a URI. Camel decodes a plus sign in the query of an endpoint's URI to a blank; a blank can stand nowhere in a
     * scheme, so there the plus sign is put back.
     *
     * @throws IllegalArgumentException if it is no NBD URI
     */
    public static NbdUri parse(String text) {
        return NbdUri.parse(text.replaceFirst("^(nbds?) unix:", "$1+unix:"));
    }
}
