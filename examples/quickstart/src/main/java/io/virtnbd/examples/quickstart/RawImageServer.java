/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.IOException;
import java.nio.file.Path;

/** Serves a raw image from this process. */
final class RawImageServer implements SourceDisk {

    private final SocketDirectory directory;
    private final RawFileExport export;
    private final NbdServer server;
    private final String uri;

    private RawImageServer(SocketDirectory directory, RawFileExport export) throws IOException {
        this.directory = directory;
        this.export = export;
        this.server = NbdServer.builder().export("", export).unixSocket(directory.socket()).build();
        this.uri = server.start().uri("");
    }

    static RawImageServer start(Path image) throws IOException {
        RawFileExport export = RawFileExport.readOnly(image);
        SocketDirectory directory = SocketDirectory.create();
        try {
            return new RawImageServer(directory, export);
        } catch (IOException e) {
            export.close();
            directory.close();
            throw e;
        }
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public void close() throws IOException {
        server.close();
        export.close();
        directory.close();
    }
}
