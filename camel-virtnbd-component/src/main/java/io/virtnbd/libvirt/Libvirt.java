/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

/** Opens connections to libvirt daemons. */
public final class Libvirt {

    private Libvirt() {
    }

    /**
     * Connects.
     *
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#CONNECTION} if the daemon cannot be reached, or libvirt's
     *                              client library is not installed
     */
    public static LibvirtConnection connect(LibvirtOptions options) throws LibvirtCallException {
        throw new LibvirtCallException(LibvirtCallException.Kind.CONNECTION, options.uri(), null);
    }
}
