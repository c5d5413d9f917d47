/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** How a chain is served over NBD. */
@UriParams
public class ServeConfiguration extends MachineConfiguration {
    @UriParam
    @Metadata(description = "Serve only: path of the unix socket to listen on. By default a TCP port.")
    private String socket;

    @UriParam(defaultValue = "localhost")
    @Metadata(description = "Serve only: address to listen on over TCP.")
    private String host = "localhost";

    @UriParam(defaultValue = "0")
    @Metadata(description = "Serve only: TCP port to listen on; 0 for one that is free.")
    private int port;

    @UriParam
    @Metadata(description = "Serve only: name of the export, where one disk is served. By default each export is named as"
                            + " its disk.")
    private String exportName;

    @UriParam
    @Metadata(description = "Serve only: path of a file that what clients write goes to, so that the export can be"
                            + " written while the backup stays as it is. With several disks a directory. By default the"
                            + " export is read-only.")
    private String scratch;

    @UriParam(label = "advanced", defaultValue = "false")
    @Metadata(description = "Serve only: whether the scratch file stays when serving ends, and is used again with the"
                            + " same backup.")
    private boolean keepScratch;

    @UriParam(label = "advanced", defaultValue = "64m")
    @Metadata(description = "Serve only: most bytes of decompressed content that are kept in memory. Units are powers of"
                            + " 1024.")
    private String cacheSize = "64m";

    @UriParam(label = "security", defaultValue = "false")
    @Metadata(description = "Serve only: whether clients must use TLS. sslContextParameters has the certificate,"
                            + " and says in its server parameters whether clients must show one, too (clientAuthentication"
                            + " REQUIRE).")
    private boolean serveTls;

    public String getSocket() {
        return socket;
    }

    public void setSocket(String socket) {
        this.socket = socket;
    }

    public String getHost() {
        return host;
    }

    public void setHost(String host) {
        this.host = host;
    }

    public int getPort() {
        return port;
    }

    public void setPort(int port) {
        this.port = port;
    }

    public String getExportName() {
        return exportName;
    }

    public void setExportName(String exportName) {
        this.exportName = exportName;
    }

    public String getScratch() {
        return scratch;
    }

    public void setScratch(String scratch) {
        this.scratch = scratch;
    }

    public boolean isKeepScratch() {
        return keepScratch;
    }

    public void setKeepScratch(boolean keepScratch) {
        this.keepScratch = keepScratch;
    }

    public String getCacheSize() {
        return cacheSize;
    }

    public void setCacheSize(String cacheSize) {
        this.cacheSize = cacheSize;
    }

    public boolean isServeTls() {
        return serveTls;
    }

    public void setServeTls(boolean serveTls) {
        this.serveTls = serveTls;
    }
}
