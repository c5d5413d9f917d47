/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.virtnbd.testing.RequiresTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fan-out of the README below the job of one's own of the README. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class FanOutIT extends JobTestSupport {

    private final AtomicInteger faults = new AtomicInteger();
    private volatile String failing = "";
    private Path mirror;

    private CamelContext start(String faultySink) throws Exception {
        mirror = directory.resolve("mirror");
        ReadmeExample fanOut = ReadmeExample.of("virtnbd-fan-out").with("directory=/backups", "directory=" + backups)
                .with("directory=/mnt/backups", "directory=" + mirror).parameter("redeliveryDelay", 1)
                .parameter(faultySink, "direct:faulty-" + faultySink);
        ReadmeExample job = ReadmeExample.ofKamelet("virtnbd-backup-action")
                .with("kamelet:virtnbd-file-sink?directory=/backups", "direct:twice");
        return run(job + "\n" + fanOut, new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:faulty-first").errorHandler(noErrorHandler()).process(FanOutIT.this::fail)
                        .to("kamelet:virtnbd-file-sink?directory=" + backups);
                from("direct:faulty-second").errorHandler(noErrorHandler()).process(FanOutIT.this::fail)
                        .to("kamelet:virtnbd-file-sink?directory=" + mirror);
            }
        });
    }

    private void fail(Exchange exchange) throws IOException {
        if (exchange.getMessage().getHeader(Exchange.FILE_NAME, "", String.class).contains(failing)
                && faults.getAndDecrement() > 0) {
            throw new IOException("no space left");
        }
    }

    private JsonNode backUp(CamelContext camel) throws IOException {
        String request = "{\"domain\": \"" + domain.name() + "\"}";
        return result(camel.createProducerTemplate().requestBody("direct:backup-now", request, String.class));
    }

    private void assertBothHaveTheBackup(CamelContext camel) throws Exception {
        assertThat(files(mirror)).isEqualTo(files()).isNotEmpty();
        assertRestores(camel, backups, "virtnbd.0");
        assertRestores(camel, mirror, "virtnbd.0");
    }

    @Test
    void bothSinksHaveTheBackup() throws Exception {
        CamelContext camel = start("first");
        JsonNode made = backUp(camel);

        assertThat(made.path("status").asText()).as("%s", made).isEqualTo("completed");
        assertBothHaveTheBackup(camel);
    }

    /** The sinks of the README refuse to write a file again: one that was delivered must not come a second time. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    void whatOneSinkDeliversAgainTheOtherHasOnce(String faultySink) throws Exception {
        failing = "data";
        faults.set(2);
        CamelContext camel = start(faultySink);
        JsonNode made = backUp(camel);

        assertThat(made.path("status").asText()).as("%s", made).isEqualTo("completed");
        assertThat(faults).hasNegativeValue();
        assertBothHaveTheBackup(camel);
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    void aSinkThatFailsForEverRollsTheBackupBack(String faultySink) throws Exception {
        failing = "data";
        faults.set(1000);
        CamelContext camel = start(faultySink);
        JsonNode failed = backUp(camel);

        assertThat(failed.path("status").asText()).isEqualTo("failed");
        assertThat(failed.path("error").asText()).isEqualTo("no space left");
        assertThat(faults).hasValue(996);
        assertThat(checkpoints()).isEmpty();
        assertThat(files()).noneMatch(file -> file.endsWith(".json") && file.contains(domain.name() + ".virtnbd"));
        faults.set(0);
        assertThat(backUp(camel).path("status").asText()).isEqualTo("completed");
    }

    /** The manifest is what makes a backup count: one that only one of them has does not. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    void aManifestThatOneSinkDoesNotTakeDoesNotCount(String faultySink) throws Exception {
        failing = domain.name() + ".virtnbd.0.json";
        faults.set(1000);
        CamelContext camel = start(faultySink);

        assertThat(backUp(camel).path("status").asText()).isEqualTo("failed");
        assertThat(checkpoints()).isEmpty();
    }

    /** The other has a whole backup more, which the domain knows nothing of, and which is in no later one's way. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    void whatOnlyOneSinkHasIsInNoLaterBackupsWay(String faultySink) throws Exception {
        failing = domain.name() + ".virtnbd.1.json";
        CamelContext camel = start(faultySink);
        assertThat(backUp(camel).path("status").asText()).isEqualTo("completed");
        domain.guestWrite("vda", 0xa2, MIB, MIB);
        faults.set(1000);
        assertThat(backUp(camel).path("status").asText()).isEqualTo("failed");
        // a first one that fails keeps the second from having it
        assertThat(manifests()).isEqualTo(faultySink.equals("second") ? 2 : 1);
        faults.set(0);
        domain.guestWrite("vda", 0xa3, 2 * MIB, MIB);
        JsonNode made = backUp(camel);

        assertThat(made.path("status").asText()).as("%s", made).isEqualTo("completed");
        assertThat(made.path("parentCheckpoint").asText()).isEqualTo("virtnbd.0");
        for (Path store : new Path[] {backups, mirror}) {
            assertRestores(camel, store, "virtnbd.0");
            camel.createProducerTemplate().requestBody("virtnbd:verify?directory="
                    + store.resolve(domain.name()).resolve("virtnbd.0"), "");
        }
    }
}
