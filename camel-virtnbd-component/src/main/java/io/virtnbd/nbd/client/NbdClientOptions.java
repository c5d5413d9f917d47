/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.protocol.BaseAllocation;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a client connects, and its limits. Immutable; {@link #builder()} begins with the defaults.
 *
 * @param connectTimeout   for each connection: connect, TLS and negotiation together, but not the look-up of a host name;
 *                         default 10 s
 * @param requestTimeout   from a request's being sent to the end of its reply; default 60 s. When it passes the connection is
 *                         cut, as the protocol has no way to give up one request
 * @param idleTimeout      while requests are open: how long no byte may arrive or be sent; default 30 s. Then the connection is
 *                         cut
 * @param flushTimeout      for FLUSH in place of both: a server may have gigabytes to write before it answers; default 10 min
 * @param pipelineDepth    requests in flight for each connection, 1 to {@value #MAX_PIPELINE_DEPTH}; default 32
 * @param connections      1 to {@value #MAX_CONNECTIONS}; default 1. More than one only where the server allows it
 *                         (CAN_MULTI_CONN)
 * @param metaContexts     names of the meta contexts to ask for, without duplicates; default {@code base:allocation}
 * @param sslContext       for TLS; absent: the platform's default
 * @param maxPayload       longest payload of a request or a reply, in bytes, 64 KiB to 1 GiB; default 32 MiB
 * @param maxStatusExtents most extents that one meta context may have in one reply; default 2^20, the protocol's own limit
 */
public record NbdClientOptions(Duration connectTimeout, Duration requestTimeout, Duration idleTimeout, Duration flushTimeout,
        int pipelineDepth, int connections, List<String> metaContexts, Optional<SSLContext> sslContext, int maxPayload,
        int maxStatusExtents) {

    /**
     * Largest pipeline depth. Requests without a payload that wait in the socket's send buffer cost up to about 1 KiB each
     * there: so many always fit, and the thread that receives replies can send requests without ever being blocked by a server
     * that itself waits for replies to be received.
     */
    public static final int MAX_PIPELINE_DEPTH = 128;
    public static final int MAX_CONNECTIONS = 16;

    private static final int MAX_META_CONTEXTS = 64;
    private static final int LARGEST_PAYLOAD = 1 << 30;
    private static final int LARGEST_STATUS_EXTENTS = 1 << 24;

    public NbdClientOptions {
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("requestTimeout", requestTimeout);
        requirePositive("idleTimeout", idleTimeout);
        requirePositive("flushTimeout", flushTimeout);
        requireBetween("pipelineDepth", pipelineDepth, 1, MAX_PIPELINE_DEPTH);
        requireBetween("connections", connections, 1, MAX_CONNECTIONS);
        requireBetween("maxPayload", maxPayload, BlockSize.LARGEST_MINIMUM, LARGEST_PAYLOAD);
        requireBetween("maxStatusExtents", maxStatusExtents, 1, LARGEST_STATUS_EXTENTS);
        metaContexts = List.copyOf(metaContexts);
        requireBetween("number of metaContexts", metaContexts.size(), 0, MAX_META_CONTEXTS);
        if (new HashSet<>(metaContexts).size() != metaContexts.size()) {
            throw new IllegalArgumentException("metaContexts has duplicates: " + metaContexts);
        }
        for (String context : metaContexts) {
            if (context.indexOf(':') <= 0 || context.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a meta context is named namespace:leaf, found '" + context + "'");
            }
        }
    }

    private static void requirePositive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(name + " is " + duration + ", expected more than nothing and at most 365 days");
        }
    }

    private static void requireBetween(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + min + " to " + max);
        }
    }

    /** The same with other meta contexts. */
    public NbdClientOptions withMetaContexts(List<String> names) {
        return new NbdClientOptions(connectTimeout, requestTimeout, idleTimeout, flushTimeout, pipelineDepth, connections, names,
                sslContext, maxPayload, maxStatusExtents);
    }

    public static NbdClientOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; see the record for what they mean. Not safe for use by several threads. */
    public static final class Builder {

        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration requestTimeout = Duration.ofSeconds(60);
        private Duration idleTimeout = Duration.ofSeconds(30);
        private Duration flushTimeout = Duration.ofMinutes(10);
        private int pipelineDepth = 32;
        private int connections = 1;
        private List<String> metaContexts = List.of(BaseAllocation.NAME);
        private SSLContext sslContext;
        private int maxPayload = 32 << 20;
        private int maxStatusExtents = 1 << 20;

        private Builder() {
        }

        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        public Builder requestTimeout(Duration timeout) {
            this.requestTimeout = timeout;
            return this;
        }

        public Builder idleTimeout(Duration timeout) {
            this.idleTimeout = timeout;
            return this;
        }

        public Builder flushTimeout(Duration timeout) {
            this.flushTimeout = timeout;
            return this;
        }

        public Builder pipelineDepth(int depth) {
            this.pipelineDepth = depth;
            return this;
        }

        public Builder connections(int count) {
            this.connections = count;
            return this;
        }

        public Builder metaContexts(List<String> names) {
            this.metaContexts = names;
            return this;
        }

        /** @param context null for the platform's default */
        public Builder sslContext(SSLContext context) {
            this.sslContext = context;
            return this;
        }

        public Builder maxPayload(int bytes) {
            this.maxPayload = bytes;
            return this;
        }

        public Builder maxStatusExtents(int count) {
            this.maxStatusExtents = count;
            return this;
        }

        public NbdClientOptions build() {
            return new NbdClientOptions(connectTimeout, requestTimeout, idleTimeout, flushTimeout, pipelineDepth, connections,
                    metaContexts, Optional.ofNullable(sslContext), maxPayload, maxStatusExtents);
        }
    }
}
