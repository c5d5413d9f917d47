/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The encryption of the README, which GnuPG takes apart. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64", "gpg", "gpgconf"})
class EncryptIT extends JobTestSupport {

    private Path home;
    private Path key;

    @BeforeEach
    void makeKey() throws IOException {
        home = Files.createDirectory(directory.resolve("gnupg"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        key = directory.resolve("backup.asc");
        gpg("--passphrase", "", "--quick-generate-key", "Backups <backup@example.org>", "default", "default", "never");
        gpg("--armor", "--output", key.toString(), "--export", "backup@example.org");
    }

    /** GnuPG keeps a process for each home directory. */
    @AfterEach
    void endAgent() {
        Tool.run("gpgconf", "--homedir", home.toString(), "--kill", "gpg-agent");
    }

    private String gpg(String... arguments) {
        List<String> command = new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch", "--quiet",
                "--pinentry-mode", "loopback"));
        command.addAll(List.of(arguments));
        return Tool.run(command.toArray(String[]::new));
    }

    private ReadmeExample example() throws Exception {
        return ReadmeExample.of("virtnbd-encrypt").with("directory=/backups", "directory=" + backups)
                .with("file:/etc/backups/backup.asc", "file:" + key);
    }

    private static String job(String unit) throws Exception {
        return ReadmeExample.ofKamelet("virtnbd-backup-action")
                .with("kamelet:virtnbd-file-sink?directory=/backups", "direct:sealed")
                .with("waitForDomain: 2h", "unit: " + unit + "\n              segmentSize: 1m") + "\n";
    }

    private JsonNode backUp(CamelContext camel) throws IOException {
        String request = "{\"domain\": \"" + domain.name() + "\"}";
        return result(camel.createProducerTemplate().requestBody("direct:backup-now", request, String.class));
    }

    @Test
    void gnupgMakesOfItWhatItWas() throws Exception {
        CamelContext camel = run(job("segment") + example());
        JsonNode made = backUp(camel);
        domain.guestWrite("vda", 0xa2, 1 << 20, 1 << 20);
        JsonNode increment = backUp(camel);

        assertThat(made.path("status").asText()).as("%s", made).isEqualTo("completed");
        assertThat(increment.path("level").asText()).isEqualTo("inc");
        assertThat(files()).allMatch(file -> file.endsWith(".pgp")).hasSizeGreaterThan(6);
        Path opened = directory.resolve("opened");
        for (String file : files()) {
            Path target = opened.resolve(file.substring(0, file.length() - ".pgp".length()));
            Files.createDirectories(target.getParent());
            String packets = gpg("--list-packets", backups.resolve(file).toString());
            assertThat(packets).contains("mdc_method").doesNotContainPattern(":compressed packet: algo=[1-9]");
            gpg("--show-session-key", "--output", target.toString(), "--decrypt", backups.resolve(file).toString());
        }
        camel.createProducerTemplate().requestBody("virtnbd:verify?directory=" + opened.resolve(domain.name())
                .resolve("virtnbd.0"), "");
        assertRestores(camel, opened, "virtnbd.0");
    }

    /** AES-256 is cipher 9 of OpenPGP; GnuPG says it in front of the session's key. */
    @Test
    void theCipherIsAes256AndTheLengthIsThatOfTheFile() throws Exception {
        List<Long> lengths = new CopyOnWriteArrayList<>();
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        CamelContext camel = run(job("segment") + example().parameter("sink", "direct:measure")
                .parameter("publicKey", "base64:" + Base64.getEncoder().encodeToString(Files.readAllBytes(key))),
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:measure").process(exchange -> {
                            lengths.add(exchange.getMessage().getHeader("CamelVirtNbdContentLength", Long.class));
                            sizes.add(exchange.getMessage().getBody(byte[].class).length);
                        }).to("kamelet:virtnbd-file-sink?directory=" + backups);
                    }
                });
        assertThat(backUp(camel).path("status").asText()).isEqualTo("completed");

        assertThat(lengths).isNotEmpty().isEqualTo(sizes.stream().map(Integer::longValue).toList());
        Path file = backups.resolve(files().get(0));
        Path out = directory.resolve("plain");
        assertThat(gpg("--show-session-key", "--output", out.toString(), "--decrypt", file.toString()))
                .containsPattern("session key: .9:");
    }

    @Test
    void aDeliveryThatIsTriedAgainIsEncryptedOnce() throws Exception {
        AtomicInteger faults = new AtomicInteger(2);
        CamelContext camel = run(job("segment") + example().parameter("sink", "direct:faulty").parameter("redeliveryDelay", 1),
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:faulty").errorHandler(noErrorHandler()).process(exchange -> {
                            if (faults.getAndDecrement() > 0) {
                                throw new IOException("no space left");
                            }
                        }).to("kamelet:virtnbd-file-sink?directory=" + backups);
                    }
                });
        JsonNode made = backUp(camel);

        assertThat(made.path("status").asText()).as("%s", made).isEqualTo("completed");
        assertThat(files()).allMatch(file -> file.endsWith(".pgp")).noneMatch(file -> file.endsWith(".pgp.pgp"));
    }

    @Test
    void aWholeDiskIsRefused() throws Exception {
        CamelContext camel = run(job("disk") + example().parameter("maximumRedeliveries", 0));
        JsonNode refused = backUp(camel);

        assertThat(refused.path("status").asText()).isEqualTo("failed");
        assertThat(refused.path("error").asText()).contains("unit is disk, expected segment");
        assertThat(files()).isEmpty();
        assertThat(checkpoints()).isEmpty();
    }

    @Test
    void aFileThatIsEmptyIsEncryptedToo() throws Exception {
        CamelContext camel = run(example());
        camel.createProducerTemplate().sendBodyAndHeaders("direct:sealed", new byte[0], Map.of("CamelVirtNbdDomain", "vm",
                "CamelVirtNbdChain", "virtnbd.0", "CamelVirtNbdArtifact", "hostFile", "CamelFileName", "vars.virtnbd.0"));

        assertThat(files()).containsExactly("vm/virtnbd.0/vars.virtnbd.0.pgp");
        Path out = directory.resolve("plain");
        gpg("--output", out.toString(), "--decrypt", backups.resolve(files().get(0)).toString());
        assertThat(out).isEmptyFile();
    }

    @Test
    void withoutAKeyOfThatUserNothingIsDelivered() throws Exception {
        CamelContext camel = run(job("segment") + example().parameter("userId", "nobody@example.org")
                .parameter("maximumRedeliveries", 0));
        JsonNode failed = backUp(camel);

        assertThat(failed.path("status").asText()).isEqualTo("failed");
        assertThat(failed.path("error").asText()).contains("nobody@example.org");
        assertThat(files()).isEmpty();
        assertThat(checkpoints()).isEmpty();
    }
}
