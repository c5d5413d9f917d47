/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import tlschannel.ServerTlsChannel;
import tlschannel.TlsChannel;

/**
 * How connections are encrypted after STARTTLS: TLS 1.2 or later.
 *
 * @param context           keys and trust of the server
 * @param required          whether nothing is served without TLS
 * @param clientCertificate whether a client must show a certificate, even if the context does not ask for one
 */
record TlsUpgrade(SSLContext context, boolean required, boolean clientCertificate) {

    private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");

    /** Runs the TLS handshake with a client. */
    TlsChannel accept(ByteChannel socket) throws IOException {
        TlsChannel channel = ServerTlsChannel.newBuilder(socket, context).withEngineFactory(this::engine).build();
        channel.handshake();
        return channel;
    }

    private SSLEngine engine(SSLContext engines) {
        SSLEngine engine = engines.createSSLEngine();
        engine.setUseClientMode(false);
        if (clientCertificate) {
            engine.setNeedClientAuth(true);
        }
        // the context may allow less than these, never more
        engine.setEnabledProtocols(
                Arrays.stream(engine.getEnabledProtocols()).filter(VERSIONS::contains).toArray(String[]::new));
        return engine;
    }
}
