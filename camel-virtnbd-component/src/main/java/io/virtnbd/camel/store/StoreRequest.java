/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import io.virtnbd.store.Interruptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.spi.UnitOfWorkFactory;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.UnitOfWorkHelper;
import org.apache.camel.util.URISupport;

/** Sends requests to the endpoint of a store, and tells failures apart. Safe for use by several threads. */
final class StoreRequest {
    private static final long DEFAULT_PAUSE_MILLIS = 100;

    private final CamelContext context;
    private final String uri;
    private final long pauseMillis;

    StoreRequest(CamelContext context, String uri) {
        this(context, uri, DEFAULT_PAUSE_MILLIS);
    }

    StoreRequest(CamelContext context, String uri, long pauseMillis) {
        this.context = context;
        this.uri = uri;
        this.pauseMillis = pauseMillis;
    }

    /** How long to wait before what broke is asked for again. */
    long pauseMillis() {
        return pauseMillis;
    }

    /** The endpoint, without its secrets. */
    String store() {
        String shown = URISupport.sanitizeUri(uri);
        int options = shown.indexOf('?');
        return options < 0 ? shown : shown.substring(0, options);
    }

    /** All files whose names begin with a prefix, and perhaps others. */
    StoreListing list(String prefix) throws IOException {
        Exchange exchange = send(StoreHeaders.LIST, prefix, Map.of());
        try {
            return StoreListing.of(exchange.getMessage(), store());
        } finally {
            done(exchange);
        }
    }

    void delete(String file) throws IOException {
        try {
            done(send(StoreHeaders.DELETE, file, Map.of()));
        } catch (NoSuchFileException e) {
            // it is as it was to be
        }
    }

    /** The whole file. How many bytes come is not checked. */
    InputStream open(StoreFile file) throws IOException {
        return body(file, send(StoreHeaders.READ, file.name(), tag(file)));
    }

    /** A part of a file. How many bytes come is not checked. */
    InputStream open(StoreFile file, long start, long length) throws IOException {
        Map<String, Object> headers = tag(file);
        headers.put(StoreHeaders.RANGE_START, start);
        headers.put(StoreHeaders.RANGE_END, start + length - 1);
        return body(file, send(StoreHeaders.READ, file.name(), headers));
    }

    private static Map<String, Object> tag(StoreFile file) {
        Map<String, Object> headers = new HashMap<>();
        if (file.tag() != null) {
            headers.put(StoreHeaders.FILE_TAG, file.tag());
        }
        return headers;
    }

    private InputStream body(StoreFile file, Exchange exchange) throws IOException {
        try {
            Object body = exchange.getMessage().getBody();
            if (body == null) {
                throw new NoSuchFileException(store() + "/" + file.name());
            }
            InputStream stream = context.getTypeConverter().tryConvertTo(InputStream.class, exchange, body);
            if (stream == null) {
                throw new StoreException(store() + "/" + file.name() + ": expected a body that can be read as a stream, found a "
                        + body.getClass().getName());
            }
            return new StoreBody(exchange, stream);
        } catch (IOException | RuntimeException e) {
            done(exchange);
            throw e;
        }
    }

    /** The answer. Whoever has it ends its unit of work, which is not the template's: it would end before the body is read. */
    private Exchange send(String operation, String file, Map<String, Object> headers) throws IOException {
        Exchange exchange = new DefaultExchange(context, ExchangePattern.InOut);
        exchange.getExchangeExtension().setStreamCacheDisabled(true);
        exchange.getMessage().setHeaders(headers.isEmpty() ? new HashMap<>() : headers);
        exchange.getMessage().setHeader(StoreHeaders.OPERATION, operation);
        exchange.getMessage().setHeader(Exchange.FILE_NAME, file);
        UnitOfWorkFactory units = PluginHelper.getUnitOfWorkFactory(context);
        units.afterPropertiesConfigured(context); // as nobody has done where no route has begun yet
        exchange.getExchangeExtension().setUnitOfWork(units.createUnitOfWork(exchange));
        try {
            StoreProducers.of(context).send(uri, exchange);
        } catch (RuntimeException e) {
            exchange.setException(e);
        }
        Exception failure = exchange.getException();
        if (failure != null) {
            done(exchange);
            throw failure(operation, file, failure);
        }
        return exchange;
    }

    private static void done(Exchange exchange) {
        UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
    }

    private IOException failure(String operation, String file, Exception failure) {
        String what = store() + (file.isEmpty() ? "" : "/" + file);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoSuchFileException && !operation.equals(StoreHeaders.LIST)) {
                return (IOException) new NoSuchFileException(what).initCause(failure);
            }
            if (cause instanceof InterruptedException || Interruptions.isInterruption(cause)) {
                return interrupted(what, failure);
            }
        }
        return Thread.currentThread().isInterrupted() ? interrupted(what, failure)
                : new StoreException(what + ": " + operation + " failed: " + failure.getMessage(), failure);
    }

    static InterruptedIOException interrupted(String what, Throwable cause) {
        Thread.currentThread().interrupt();
        return (InterruptedIOException) new InterruptedIOException(what + ": interrupted").initCause(cause);
    }
}
