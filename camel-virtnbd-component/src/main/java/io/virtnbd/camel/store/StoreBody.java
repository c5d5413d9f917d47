/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.camel.support.UnitOfWorkHelper;

/**
 * The body of an answer. When it is closed the exchange is done: that is when routes give their connections back. For use by one
 * thread at a time.
 */
final class StoreBody extends FilterInputStream {
    private final Exchange exchange;
    private boolean closed;

    StoreBody(Exchange exchange, InputStream body) {
        super(body);
        this.exchange = exchange;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return in.read(target, offset, length);
        } catch (IOException | RuntimeException e) {
            exchange.setException(e); // what a route does when an exchange is done can depend on it
            throw e;
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            in.close();
        } finally {
            UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
        }
    }
}
