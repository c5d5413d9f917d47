/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.quickstart;

import io.virtnbd.examples.support.OutputDirectory;
import org.apache.camel.Exchange;
import org.apache.camel.main.Main;

/** The application of Camel's: the routes in {@code camel/*.camel.yaml}, with the places and options that they name. */
final class BackupRoutes implements AutoCloseable {

    private final Main main = new Main();
    private final ProgressBar progress;

    BackupRoutes(SourceDisk source, OutputDirectory output, String compression, ProgressBar progress) throws Exception {
        this.progress = progress;
        main.bind("progress", progress);
        main.addInitialProperty("quickstart.nbdUri", source.uri());
        main.addInitialProperty("quickstart.compression", compression);
        main.addInitialProperty("quickstart.backups", output.backups().toString());
        main.addInitialProperty("quickstart.image", output.restoredImage().toString());
        main.start();
    }

    /** @return bytes of the disk that were backed up */
    long backup() throws Exception {
        return request("direct:backup");
    }

    /** @return bytes of the disk that were restored */
    long restore() throws Exception {
        return request("direct:restore");
    }

    private long request(String route) throws Exception {
        Exchange exchange = main.getCamelTemplate().request(route, request -> { });
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return progress.done();
    }

    @Override
    public void close() {
        main.stop();
    }
}
