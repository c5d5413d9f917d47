/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.serve;

import io.virtnbd.chain.Chain;
import io.virtnbd.engine.Closing;
import io.virtnbd.engine.image.ChainExport;
import io.virtnbd.engine.image.ChainImage;
import io.virtnbd.engine.image.ImageOptions;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.NbdServerBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Serves chains over NBD until it is closed. */
public final class ChainServer implements Closeable {

    private static final String SCRATCH_SUFFIX = ".scratch";

    private final ServeOptions options;
    private final Map<String, String> uris = new LinkedHashMap<>();
    /** In the order in which they are to be closed. */
    private final List<Closeable> open = new ArrayList<>();

    private ChainServer(ServeOptions options) {
        this.options = options;
    }

    /**
     * Makes the index of each chain and starts to listen; clients can connect when this returns.
     *
     * @param chains of different disks, at least one
     * @throws io.virtnbd.chain.ChainException if a chain does not fit or is damaged, as far as its frames tell
     * @throws ScratchException                if a scratch file cannot be used
     * @throws IOException                     if the address cannot be used
     */
    public static ChainServer start(List<Chain> chains, ServeOptions options) throws IOException {
        if (options.exportName() != null && chains.size() > 1) {
            throw new IllegalArgumentException("exportName is '" + options.exportName() + "' and there are " + chains.size()
                    + " disks, expected one: name it with the option disk");
        }
        ChainServer server = new ChainServer(options);
        try {
            server.start(chains);
            return server;
        } catch (Throwable e) {
            Closing.after(e, server);
            throw e;
        }
    }

    private void start(List<Chain> chains) throws IOException {
        NbdServerBuilder builder = NbdServer.builder();
        Map<String, String> names = new LinkedHashMap<>();
        for (Chain chain : chains) {
            String name = options.exportName() == null ? chain.disk() : options.exportName();
            names.put(chain.disk(), name);
            builder.export(name, export(chain, chains.size()));
        }
        if (options.socket() != null) {
            removeStale(options.socket());
            builder.unixSocket(options.socket());
        } else {
            builder.tcp(options.address());
        }
        if (options.tls() != null) {
            builder.tls(options.tls()).clientCertificateRequired(options.clientCertificate());
        }
        NbdServer server = builder.build();
        open.add(0, server);
        server.start();
        names.forEach((disk, name) -> uris.put(disk, server.uri(name)));
    }

    private Export export(Chain chain, int disks) throws IOException {
        ChainImage image = ChainImage.open(chain,
                new ImageOptions(options.cacheBytes() / disks, ImageOptions.DEFAULT.threads()));
        open.add(image);
        Export export = new ChainExport(image);
        if (options.scratch() == null) {
            return export;
        }
        Path file = options.scratch();
        if (disks > 1 || Files.isDirectory(file)) {
            Files.createDirectories(file);
            file = file.resolve(chain.disk() + SCRATCH_SUFFIX);
        }
        ScratchExport writable = ScratchExport.open(export, ChainIdentity.of(chain), file, options.keepScratch());
        open.add(0, writable);
        return writable;
    }

    /** What a server that was killed has left is a socket that nobody accepts at. */
    private static void removeStale(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)
                || !Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
            return;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            throw new BindException(socket + " is in use: there is a server that listens on it");
        } catch (ConnectException e) {
            Files.delete(socket);
        }
    }

    /** The NBD URI of each disk, by its name. */
    public Map<String, String> uris() {
        return Collections.unmodifiableMap(uris);
    }

    /**
     * Ends all connections, and makes durable what is in scratch files that are kept. A second call does nothing.
     *
     * @throws IOException if that failed
     */
    @Override
    public void close() throws IOException {
        Closing.all(open);
    }
}
