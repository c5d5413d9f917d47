/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.Compression;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.nbd.client.NbdClientOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** How the content of disks is moved for one request. */
public final class TransferOptions {

    private final RequestOptions request;
    private final VirtNbdConfiguration configuration;

    public TransferOptions(RequestOptions request) {
        this.request = request;
        this.configuration = request.configuration();
    }

    /** Whether and how payloads are compressed. */
    public Compression compression() {
        CompressionMethod method = request.value(VirtNbdConstants.COMPRESSION, CompressionMethod.class,
                configuration.getCompression());
        int level = request.value(VirtNbdConstants.COMPRESSION_LEVEL, Integer.class, configuration.getCompressionLevel());
        return method == CompressionMethod.lz4 ? Compression.lz4(level) : Compression.NONE;
    }

    /** Who is told how far it has come, or nobody. */
    public ProgressListener progress() {
        return configuration.getProgressListener() == null ? ProgressListener.NONE : configuration.getProgressListener();
    }

    /**
     * How exports are reached.
     *
     * @throws GeneralSecurityException if the certificates cannot be used
     * @throws IOException if they cannot be read
     */
    public NbdClientOptions client() throws GeneralSecurityException, IOException {
        SSLContext sslContext = configuration.getSslContextParameters() == null ? null
                : configuration.getSslContextParameters().createSSLContext(request.endpoint().context());
        return NbdClientOptions.builder()
                .connectTimeout(Duration.ofMillis(configuration.getConnectTimeout()))
                .requestTimeout(Duration.ofMillis(configuration.getRequestTimeout()))
                // a reply that is all that is awaited may take as long as the option says, too
                .idleTimeout(Duration.ofMillis(configuration.getRequestTimeout()))
                .connections(configuration.getConnections())
                .pipelineDepth(configuration.getPipelineDepth())
                .sslContext(sslContext)
                .build();
    }

    /**
     * How disks are read, and cut into frames and segments.
     *
     * @throws GeneralSecurityException if the certificates cannot be used
     * @throws IOException if they cannot be read
     */
    public DiskReadOptions reading(ProgressListener listener) throws GeneralSecurityException, IOException {
        String segmentSize = request.value(VirtNbdConstants.SEGMENT_SIZE, String.class, configuration.getSegmentSize());
        return new DiskReadOptions(client(), compression(), ByteSize.parse("segmentSize", segmentSize),
                Math.toIntExact(ByteSize.parse("requestSize", configuration.getRequestSize())), listener);
    }
}
