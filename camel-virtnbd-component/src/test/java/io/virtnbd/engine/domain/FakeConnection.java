/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtDomain;
import java.util.List;

/** A connection to a daemon with one domain. */
final class FakeConnection implements LibvirtConnection {

    final FakeDomain domain;
    boolean alive = true;
    boolean closed;

    FakeConnection(FakeDomain domain) {
        this.domain = domain;
    }

    @Override
    public List<String> domainNames() {
        return List.of("db1", "web1", "web2");
    }

    @Override
    public LibvirtDomain domain(String nameOrUuid) throws LibvirtCallException {
        requireAlive();
        if (!nameOrUuid.equals(domain.name()) && !nameOrUuid.equals(domain.uuid())) {
            throw FakeDomain.failure(LibvirtCallException.Kind.NO_DOMAIN, nameOrUuid);
        }
        return domain;
    }

    @Override
    public LibvirtDomain define(String xml, boolean validate) {
        throw new UnsupportedOperationException();
    }

    private void requireAlive() throws LibvirtCallException {
        if (closed || !alive) {
            throw FakeDomain.failure(LibvirtCallException.Kind.CONNECTION, "domain");
        }
    }

    @Override
    public boolean isAlive() {
        return alive && !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
