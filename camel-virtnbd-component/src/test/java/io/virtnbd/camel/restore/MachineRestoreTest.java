/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.libvirt.LibvirtCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Domains that cannot be defined: nothing is restored then. */
class MachineRestoreTest extends RouteTestSupport {

    private static final String NO_DAEMON = "&define=true&uri=RAW(qemu+tcp://127.0.0.1:1/system)";

    private Path set;
    private Path image;

    @BeforeEach
    void backUp() throws Exception {
        set = Files.createDirectory(directory.resolve("set"));
        image = directory.resolve("out/disk.raw");
        routes(routes -> routes.from("direct:backup").to(backup("")).split().body().streaming().stopOnException()
                .to("file:" + set));
        assertThat(template().send("direct:backup", exchange -> { }).getException()).isNull();
    }

    private Exchange restore(String options, Object body) {
        return template().send("virtnbd:restore?" + options, exchange -> exchange.getMessage().setBody(body));
    }

    @Test
    void singleStreamsHaveNoDefinition() {
        for (String options : new String[] {"image=" + image + "&define=true", "directory=" + image.getParent() + "&start=true"}) {
            Exchange done = restore(options, set.resolve("vda.copy.data").toFile());

            assertThat(done.getException()).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("define needs a backup set");
            assertThat(image.getParent()).doesNotExist();
        }
    }

    @Test
    void libvirtHasToAnswerBeforeAnythingIsRestored() {
        for (Exchange done : new Exchange[] {restore("directory=" + image.getParent() + NO_DAEMON, set.toFile()),
                restore("directory=" + set + "&image=" + image + NO_DAEMON, null)}) {
            assertThat(done.getException()).isInstanceOfSatisfying(LibvirtCallException.class,
                    failure -> assertThat(failure.kind()).isEqualTo(LibvirtCallException.Kind.CONNECTION));
            assertThat(image.getParent()).doesNotExist();
        }
    }

    @Test
    void otherRestoresNeedNoLibvirt() {
        assertThat(restore("directory=" + image.getParent() + NO_DAEMON.replace("true", "false"), set.toFile()).getException())
                .isNull();
    }
}
