/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.Objects;

/**
 * Which libvirt daemon to talk to.
 *
 * @param uri      connection URI, for example {@code qemu:///system} or {@code qemu+ssh://root@host/system}
 * @param username for daemons that ask for one (SASL over {@code qemu+tls} and {@code qemu+tcp}); null for none
 * @param password for daemons that ask for one; null for none
 */
public record LibvirtOptions(String uri, String username, String password) {

    public static final String DEFAULT_URI = "qemu:///system";

    public LibvirtOptions {
        Objects.requireNonNull(uri, "uri");
    }

    /** Without credentials. */
    public static LibvirtOptions of(String uri) {
        return new LibvirtOptions(uri, null, null);
    }

    /** Never the password. */
    @Override
    public String toString() {
        return uri;
    }
}
