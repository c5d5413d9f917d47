/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.ByteSize;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.camel.source.ChainSelection;
import io.virtnbd.camel.source.RequestedBackups;
import io.virtnbd.chain.ChainCheck;
import io.virtnbd.engine.serve.ChainServer;
import io.virtnbd.engine.serve.ServeOptions;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.jsse.ClientAuthentication;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request to serve chains. */
final class ServeRequest {

    private static final Logger LOG = LoggerFactory.getLogger(ServeRequest.class);
    private static final int LAST_PORT = 65535;

    private final RequestOptions request;

    ServeRequest(RequestOptions request) {
        this.request = request;
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    ServeOptions options() throws GeneralSecurityException, IOException {
        VirtNbdConfiguration configuration = request.configuration();
        if (configuration.getPort() < 0 || configuration.getPort() > LAST_PORT) {
            throw new IllegalArgumentException("port is " + configuration.getPort() + ", expected 0 to " + LAST_PORT);
        }
        if (configuration.getSocket() != null && configuration.getPort() != 0) {
            throw new IllegalArgumentException("socket and port are both set, expected one: a server listens at one address");
        }
        if (configuration.isKeepScratch() && configuration.getScratch() == null) {
            throw new IllegalArgumentException("keepScratch is set without scratch, expected the path of the file to keep");
        }
        return new ServeOptions(path(configuration.getSocket()),
                new InetSocketAddress(configuration.getHost(), configuration.getPort()), configuration.getExportName(),
                path(configuration.getScratch()), configuration.isKeepScratch(),
                ByteSize.parse("cacheSize", configuration.getCacheSize()), tls(configuration),
                clientCertificate(configuration.getSslContextParameters()));
    }

    private static Path path(String text) {
        return text == null ? null : Path.of(text);
    }

    private SSLContext tls(VirtNbdConfiguration configuration) throws GeneralSecurityException, IOException {
        if (!configuration.isServeTls()) {
            return null;
        }
        if (configuration.getSslContextParameters() == null) {
            throw new IllegalArgumentException("serveTls is set without sslContextParameters, expected those with the"
                    + " certificate of the server");
        }
        return configuration.getSslContextParameters().createSSLContext(request.endpoint().context());
    }

    private static boolean clientCertificate(SSLContextParameters parameters) {
        return parameters != null && parameters.getServerParameters() != null
                && ClientAuthentication.REQUIRE.name().equals(parameters.getServerParameters().getClientAuthentication());
    }

    /** Serves what a message asks for. */
    ChainServer start(Exchange exchange) throws IOException, GeneralSecurityException {
        BackupStore backups = RequestedBackups.required(request, exchange);
        ServeOptions options = options();
        if (options.socket() == null && options.tls() == null && !options.address().isUnresolved()
                && !options.address().getAddress().isLoopbackAddress()) {
            LOG.warn("disks are served at {} without TLS: whoever reaches that address can read them{}", options.address(),
                    options.scratch() == null ? "" : " and write");
        }
        ChainSelection selection = BackupSets.select(backups, request);
        ChainCheck.sizes(selection.set(), selection.chains());
        ChainServer server = ChainServer.start(selection.chains(), options);
        LOG.info("serving {}", server.uris());
        return server;
    }

    /** Tells a message what is served. */
    static void describe(ChainServer server, Message message) {
        Map<String, String> uris = server.uris();
        RequestOptions.removeOptionHeaders(message);
        message.removeHeader(VirtNbdConstants.SERVE);
        if (uris.size() == 1) {
            message.setHeader(VirtNbdConstants.DISK, uris.keySet().iterator().next());
            message.setHeader(VirtNbdConstants.NBD_URI, uris.values().iterator().next());
        }
        message.setBody(uris);
    }
}
