/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.UnitOfWorkHelper;
import org.apache.camel.util.URISupport;

/** Sends requests to the endpoint of a store, and tells failures apart. Safe for use by several threads. */
final class StoreRequest {
    private final CamelContext context;
    private final String uri;

    StoreRequest(CamelContext context, String uri) {
        this.context = context;
        this.uri = uri;
    }

    /** The endpoint, without its secrets. */
    String store() {
        return URISupport.sanitizeUri(uri);
    }

    /** All files whose names begin with a prefix, and perhaps others. */
    StoreListing list(String prefix) throws IOException {
        Exchange exchange = send(StoreHeaders.LIST, prefix, null, null);
        try {
            return StoreListing.of(exchange.getMessage(), store());
        } finally {
            UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
        }
    }

    void delete(String file) throws IOException {
        try {
            Exchange exchange = send(StoreHeaders.DELETE, file, null, null);
            UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
        } catch (NoSuchFileException e) {
            // it is as it was to be
        }
    }

    /** The whole file. */
    InputStream open(String file) throws IOException {
        return body(file, send(StoreHeaders.READ, file, null, null));
    }

    /** A part of a file. That it has as many bytes as were asked for is not checked. */
    InputStream open(String file, long start, long length) throws IOException {
        return body(file, send(StoreHeaders.READ, file, start, start + length - 1));
    }

    private InputStream body(String file, Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        try {
            Object body = answer.getBody();
            if (body == null) {
                throw new NoSuchFileException(store() + "/" + file);
            }
            InputStream stream = context.getTypeConverter().tryConvertTo(InputStream.class, exchange, body);
            if (stream == null) {
                throw new StoreException(store() + "/" + file + ": expected a body that can be read as a stream, found a "
                        + body.getClass().getName());
            }
            return new StoreBody(exchange, stream);
        } catch (IOException | RuntimeException e) {
            UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
            throw e;
        }
    }

    /** The answer. Whoever has it ends its unit of work, which is not the template's: it would end before the body is read. */
    private Exchange send(String operation, String file, Long start, Long end) throws IOException {
        Exchange exchange = new DefaultExchange(context, ExchangePattern.InOut);
        exchange.getExchangeExtension().setStreamCacheDisabled(true);
        Message message = exchange.getMessage();
        message.setHeader(StoreHeaders.OPERATION, operation);
        message.setHeader(Exchange.FILE_NAME, file);
        if (start != null) {
            message.setHeader(StoreHeaders.RANGE_START, start);
            message.setHeader(StoreHeaders.RANGE_END, end);
        }
        exchange.getExchangeExtension()
                .setUnitOfWork(PluginHelper.getUnitOfWorkFactory(context).createUnitOfWork(exchange));
        try {
            StoreProducers.of(context).send(uri, exchange);
        } catch (RuntimeException e) {
            exchange.setException(e);
        }
        if (exchange.getException() != null) {
            Exception failure = exchange.getException();
            UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
            throw failure(operation, file, failure);
        }
        return exchange;
    }

    private IOException failure(String operation, String file, Exception failure) {
        String what = store() + (file.isEmpty() ? "" : "/" + file);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoSuchFileException) {
                return (IOException) new NoSuchFileException(what).initCause(failure);
            }
            if (cause instanceof InterruptedException || cause instanceof InterruptedIOException) {
                Thread.currentThread().interrupt();
                return (IOException) new InterruptedIOException(what + ": interrupted, " + operation + " has not ended")
                        .initCause(failure);
            }
        }
        return new StoreException(what + ": " + operation + " failed: " + failure.getMessage(), failure);
    }
}
