/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.virtnbd.testing.RequiresTools;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests in files of the README, and what a mail says. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class FileBackupRequestsIT extends JobTestSupport {

    private Path requests;

    @BeforeEach
    void makeDirectory() throws IOException {
        requests = Files.createDirectory(directory.resolve("requests"));
    }

    private ReadmeExample example() throws Exception {
        return ReadmeExample.of("virtnbd-file-backup-requests").with("directory=/backups", "directory=" + backups)
                .with("/var/spool/backup-requests", requests);
    }

    private void drop(String name, String request) throws IOException {
        Path file = Files.writeString(directory.resolve("new-request"), request);
        Files.move(file, requests.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private JsonNode awaitResult(String name) throws Exception {
        Path file = requests.resolve("results").resolve(name);
        await(() -> Files.exists(file));
        await(() -> Files.exists(requests.resolve(".done").resolve(name)));
        return result(Files.readString(file));
    }

    @Test
    void eachRequestHasAResultInAFile() throws Exception {
        CamelContext camel = run(example());
        drop("one.json", "{\"domain\": \"" + domain.name() + "\"}");
        JsonNode made = awaitResult("one.json");
        drop("two.json", "{\"domain\": \"no-such-domain\"}");
        JsonNode rejected = awaitResult("two.json");

        assertThat(made.path("status").asText()).as("%s", made).isEqualTo("completed");
        assertThat(made.path("requestId").asText()).startsWith("one.json-");
        assertThat(rejected.path("status").asText()).isEqualTo("rejected");
        assertThat(files(requests)).containsExactly(".done/one.json", ".done/two.json", "results/one.json", "results/two.json");
        assertRestores(camel, backups, "virtnbd.0");
    }

    private static String text(MimeMessage mail) throws Exception {
        return new String(mail.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aMailIsSentWithASubject() throws Exception {
        GreenMail mail = new GreenMail(ServerSetup.SMTP.dynamicPort());
        mail.start();
        try {
            String uri = "smtp:127.0.0.1:" + mail.getSmtp().getPort() + "?from=backup@example.org&to=admin@example.org";
            run(example().parameter("onFailure", uri).parameter("onSuccess", uri));
            drop("one.json", "{\"domain\": \"" + domain.name() + "\"}");
            awaitResult("one.json");
            drop("two.json", "{\"domain\": \"no-such-domain\"}");
            awaitResult("two.json");

            assertThat(mail.waitForIncomingEmail(10_000, 2)).isTrue();
            MimeMessage good = mail.getReceivedMessages()[0];
            MimeMessage bad = mail.getReceivedMessages()[1];
            assertThat(good.getSubject()).isEqualTo("backup of " + domain.name() + " completed");
            assertThat(result(text(good)).path("level").asText()).isEqualTo("full");
            assertThat(bad.getSubject()).isEqualTo("backup of no-such-domain rejected");
            assertThat(result(text(bad)).path("error").asText()).contains("no-such-domain");
        } finally {
            mail.stop();
        }
    }

    @Test
    void aDeadLetterThatFailsLosesNoRequest() throws Exception {
        AtomicInteger faults = new AtomicInteger(2);
        run(example().parameter("deadLetter", "direct:dead").parameter("maximumRedeliveries", 0), new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:dead").errorHandler(noErrorHandler()).process(exchange -> {
                    if (faults.getAndDecrement() > 0) {
                        throw new IOException("no space left");
                    }
                }).to("file:" + directory.resolve("dead") + "?fileName=dead");
            }
        });
        drop("one.json", "{\"domain\": \"no-such-domain\"}");

        assertThat(awaitResult("one.json").path("status").asText()).isEqualTo("rejected");
        assertThat(faults).hasNegativeValue();
        assertThat(directory.resolve("dead/dead")).hasContent("{\"domain\": \"no-such-domain\"}");
    }
}
