/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.support.jsse.SSLContextParameters;

/** How a disk is reached over NBD. */
@UriParams
public class NbdConfiguration {

    @UriParam
    @Metadata(description = "The export to read or, for restore, to write, as an NBD URI: nbd://host:port/export, with the"
                            + " scheme nbds for TLS. A unix socket has a plus sign and unix behind the scheme, and its path as"
                            + " the parameter socket. Write RAW(...) around it where it has a plus sign after the scheme, a"
                            + " percent sign or an ampersand.")
    private String nbdUri;
    @UriParam(label = "advanced", defaultValue = "1")
    @Metadata(description = "Most connections to one export, which all that is read of it at once shares. More than one"
                            + " only where the server allows it.")
    private int connections = 1;
    @UriParam(label = "advanced", defaultValue = "32")
    @Metadata(description = "Most requests in flight on one connection.")
    private int pipelineDepth = 32;
    @UriParam(label = "advanced", defaultValue = "512k")
    @Metadata(description = "Most bytes that one request reads, which is also the longest data frame: a power of two from"
                            + " 64k to 16m. Units are powers of 1024.")
    private String requestSize = "512k";
    @UriParam(label = "advanced", defaultValue = "10000", javaType = "java.time.Duration")
    @Metadata(description = "How long connecting, the TLS handshake and the negotiation may take together.")
    private long connectTimeout = 10_000;
    @UriParam(label = "advanced", defaultValue = "60000", javaType = "java.time.Duration")
    @Metadata(description = "How long the reply to one request may take. Then the connection is given up.")
    private long requestTimeout = 60_000;
    @UriParam(label = "security")
    @Metadata(description = "Certificates and protocols for TLS, used only where the scheme of the NBD URI begins with nbds.")
    private SSLContextParameters sslContextParameters;

    public String getNbdUri() {
        return nbdUri;
    }

    public void setNbdUri(String nbdUri) {
        this.nbdUri = nbdUri;
    }

    public int getConnections() {
        return connections;
    }

    public void setConnections(int connections) {
        this.connections = connections;
    }

    public int getPipelineDepth() {
        return pipelineDepth;
    }

    public void setPipelineDepth(int pipelineDepth) {
        this.pipelineDepth = pipelineDepth;
    }

    public String getRequestSize() {
        return requestSize;
    }

    public void setRequestSize(String requestSize) {
        this.requestSize = requestSize;
    }

    public long getConnectTimeout() {
        return connectTimeout;
    }

    /** @param connectTimeout in milliseconds */
    public void setConnectTimeout(long connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public long getRequestTimeout() {
        return requestTimeout;
    }

    /** @param requestTimeout in milliseconds */
    public void setRequestTimeout(long requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    public SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }
}
