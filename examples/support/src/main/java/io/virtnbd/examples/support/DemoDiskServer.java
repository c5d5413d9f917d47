/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.support;

import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** Serves the demo disk over NBD, on a free port of the loopback interface. */
final class DemoDiskServer implements Closeable {

    private static final String NAME = "vda";

    private final RawFileExport export;
    private final NbdServer server;

    private DemoDiskServer(RawFileExport export) throws IOException {
        this.export = export;
        this.server = NbdServer.builder().export(NAME, export).tcp(0).build().start();
    }

    static DemoDiskServer start(Path disk) throws IOException {
        RawFileExport export = RawFileExport.readOnly(disk);
        try {
            return new DemoDiskServer(export);
        } catch (IOException e) {
            export.close();
            throw e;
        }
    }

    String uri() {
        return server.uri(NAME);
    }

    @Override
    public void close() throws IOException {
        server.close();
        export.close();
    }
}
