/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.testing.Tool;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** The disk vda of a backup set, served on a unix socket. */
final class ServedSet {

    private final ProducerTemplate template;
    private final Path set;
    private final Path directory;

    /** @param directory for images and the socket */
    ServedSet(ProducerTemplate template, Path set, Path directory) {
        this.template = template;
        this.set = set;
        this.directory = directory;
    }

    Path socket() {
        return directory.resolve("socket");
    }

    String serve(String options) {
        Exchange exchange = template.send("virtnbd:serve:vm1?disk=vda&directory=" + set + "&socket="
                + socket() + options, started -> { });
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getHeader(VirtNbdConstants.NBD_URI, String.class);
    }

    void stop() {
        Exchange exchange = template.send("virtnbd:serve:vm1", stopped ->
                stopped.getMessage().setHeader(VirtNbdConstants.SERVE, "stop"));
        assertThat(exchange.getException()).isNull();
    }

    void assertServedAsRestored(String until) {
        Path restored = directory.resolve("restored.raw");
        Exchange exchange = template.send("virtnbd:restore?disk=vda&overwrite=true&image=" + restored + until, restore ->
                restore.getMessage().setBody(set.toFile()));
        assertThat(exchange.getException()).isNull();
        String uri = serve(until);
        assertThat(Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", uri, restored.toString()))
                .contains("Images are identical");
        Path copy = directory.resolve("copy");
        for (String[] program : new String[][] {
            {"qemu-img", "convert", "-f", "raw", "-O", "raw", uri, copy.toString()}, {"nbdcopy", uri, copy.toString()}}) {
            Tool.run(program);
            assertThat(copy.toFile()).hasSize(restored.toFile().length());
            Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", copy.toString(), restored.toString());
        }
        stop();
    }
}
