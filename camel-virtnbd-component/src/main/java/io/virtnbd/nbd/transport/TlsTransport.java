/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import tlschannel.ClientTlsChannel;
import tlschannel.TlsChannel;

/** TLS 1.2 or newer over a socket. The factory method does the handshake before it returns. */
public final class TlsTransport implements NbdTransport {

    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");
    private static final int FILE_PIECE = 256 * 1024;

    private final SocketChannel socket;
    private final TlsChannel channel;
    /** Only for {@link #send}, so confined to the one thread that writes. */
    private ByteBuffer filePiece;

    private TlsTransport(SocketChannel socket, TlsChannel channel) {
        this.socket = socket;
        this.channel = channel;
    }

    /**
     * The client's side: verifies the server's certificate chain with the context and its name as HTTPS does (RFC 2818), and
     * sends the name (SNI) where it is not an address.
     *
     * @param socket   connected, in blocking mode; the caller still closes it if this method throws
     * @param hostname the name or address that the certificate must bear
     * @param port     only identifies a session that may be resumed; -1 if there is none
     * @throws IOException if the handshake fails; {@link javax.net.ssl.SSLException} if TLS itself is the reason
     */
    public static TlsTransport client(SocketChannel socket, SSLContext context, String hostname, int port) throws IOException {
        SSLEngine engine = context.createSSLEngine(hostname, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(serverNames(hostname));
        engine.setSSLParameters(parameters);
        restrictProtocols(engine);
        TlsChannel channel = ClientTlsChannel.newBuilder(socket, engine).build();
        channel.handshake();
        return new TlsTransport(socket, channel);
    }

    private static void restrictProtocols(SSLEngine engine) {
        List<String> enabled = Arrays.asList(engine.getEnabledProtocols());
        engine.setEnabledProtocols(PROTOCOLS.stream().filter(enabled::contains).toArray(String[]::new));
    }

    /** Neither addresses nor what is no host name, as one with an underscore, can be sent. Source: RFC 6066, section 3. */
    private static List<SNIServerName> serverNames(String hostname) {
        if (hostname.indexOf(':') >= 0 || hostname.matches("[0-9.]+")) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(hostname));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
        return channel.read(targets);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            requireProgress(channel.write(source));
        }
    }

    @Override
    public void write(ByteBuffer[] sources) throws IOException {
        while (sources[sources.length - 1].hasRemaining()) {
            requireProgress(channel.write(sources));
        }
    }

    private static void requireProgress(long written) throws IOException {
        if (written <= 0) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public long send(FileChannel source, long position, long count) throws IOException {
        if (filePiece == null) {
            filePiece = ByteBuffer.allocateDirect(FILE_PIECE);
        }
        filePiece.clear().limit((int) Math.min(FILE_PIECE, count));
        int length = source.read(filePiece, position);
        if (length > 0) {
            write(filePiece.flip());
        }
        return length;
    }

    @Override
    public boolean isEncrypted() {
        return true;
    }

    @Override
    public void abort() {
        Sockets.abort(socket);
    }

    /** Says goodbye (close_notify) unless a thread is just reading, and closes. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Sockets.abort(socket);
        }
    }
}
