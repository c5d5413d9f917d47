/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.io.Closeable;
import java.util.List;

/** A connection to a libvirt daemon. Safe for use by several threads. */
public interface LibvirtConnection extends Closeable {

    /** Names of all domains, running or not, sorted. */
    List<String> domainNames() throws LibvirtCallException;

    /**
     * Finds a domain by its name or, where no domain has that name, by its UUID.
     *
     * @throws LibvirtCallException {@link LibvirtCallException.Kind#NO_DOMAIN} if there is none
     */
    LibvirtDomain domain(String nameOrUuid) throws LibvirtCallException;

    /**
     * Defines a domain, or replaces the definition of the one with its name and UUID.
     *
     * @param xml      without a UUID it gets a new one
     * @param validate whether what the daemon's schema of domains does not know is refused, and not ignored
     * @throws LibvirtCallException if it is not accepted; then nothing has changed.
     *                              {@link LibvirtCallException.Kind#INVALID_SCHEMA} only where it is validated
     */
    LibvirtDomain define(String xml, boolean validate) throws LibvirtCallException;

    /** Whether the daemon answers. */
    boolean isAlive();

    /** Ends the connection. Jobs go on without it. */
    @Override
    void close();
}
