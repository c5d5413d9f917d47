/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.libvirt.LibvirtOptions;
import java.net.URI;
import java.util.Optional;

/** Reads where the libvirt daemon is, as that arrives through Camel. */
public final class LibvirtAddress {

    private LibvirtAddress() {
    }

    /** The daemon that the options say, and the user. */
    public static LibvirtOptions of(LibvirtConfiguration configuration) {
        return new LibvirtOptions(uri(configuration), configuration.getUsername(), configuration.getPassword());
    }

    /** Camel decodes a plus sign in the query of an endpoint's URI to a blank, which can stand nowhere in a scheme. */
    private static String uri(LibvirtConfiguration configuration) {
        return configuration.getUri().replaceFirst("^(\\w+) (\\w+:)", "$1+$2");
    }

    /**
     * The host that a libvirt URI names; empty for a daemon on this one.
     *
     * @throws IllegalArgumentException if the option is no URI
     */
    public static Optional<String> host(LibvirtConfiguration configuration) {
        try {
            return Optional.ofNullable(URI.create(uri(configuration)).getHost());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("uri is '" + configuration.getUri() + "', expected the URI of a libvirt"
                    + " daemon, as in qemu:///system", e);
        }
    }
}
