/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;

/** A directory with the backup of one disk, vda. */
record BackupSet(Path directory) {

    /** The only one of a domain, whose chain's name has the time of the backup. */
    static BackupSet only(Path domain) throws IOException {
        try (Stream<Path> chains = Files.list(domain)) {
            List<Path> all = chains.toList();
            assertThat(all).hasSize(1);
            return new BackupSet(all.get(0));
        }
    }

    /**
     * Checks all of it against its manifest, and restores it.
     *
     * @return the image
     */
    Path restoreTo(Path parent) throws Exception {
        Path image = parent.resolve("restored.raw");
        try (CamelContext context = new DefaultCamelContext()) {
            context.start();
            Map<?, ?> report = request(context, "virtnbd:verify?directory=" + directory).getMessage().getBody(Map.class);
            assertThat((List<?>) report.get("manifests")).hasSize(1);
            request(context, "virtnbd:restore?overwrite=true&directory=" + directory + "&image=" + image);
        }
        return image;
    }

    private static Exchange request(CamelContext context, String uri) throws Exception {
        Exchange exchange = context.createProducerTemplate().request(uri, request -> { });
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return exchange;
    }
}
