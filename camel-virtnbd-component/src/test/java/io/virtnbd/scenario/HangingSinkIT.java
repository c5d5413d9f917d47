/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A delivery that does not come to its end: the backup is ended and rolled back, and the next one has its changes. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class HangingSinkIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private TestDomain domain;
    private BackupRoutes routes;
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @BeforeEach
    void startDomain() throws Exception {
        domain = new TestDomain(directory).qcow2(16 * MIB).define().start();
        domain.guestWrite("vda", 0xa1, 0, 4 * MIB);
        routes = new BackupRoutes(domain.name(), directory.resolve("backups"), "");
        routes.backUp("full");
        domain.guestWrite("vda", 0xa2, MIB, 12 * MIB);
    }

    @AfterEach
    void removeDomain() {
        goOn.countDown();
        routes.close();
        domain.close();
    }

    private CamelContext start(String from, String options) throws Exception {
        CamelContext camel = new DefaultCamelContext();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                String backup = "virtnbd:backup:" + domain.name() + "?level=inc" + options;
                if (from.isEmpty()) {
                    from(backup + "&initialDelay=0&repeatCount=1").process(HangingSinkIT.this::hang);
                } else {
                    from(from).to(backup).split(body()).streaming().stopOnException().process(HangingSinkIT.this::hang);
                }
            }
        });
        camel.getShutdownStrategy().setTimeout(1);
        camel.start();
        return camel;
    }

    private static CompletableFuture<Exchange> request(CamelContext camel) {
        ProducerTemplate template = camel.createProducerTemplate();
        return CompletableFuture.supplyAsync(() -> template.request("direct:backup", exchange -> { }));
    }

    /** In the middle of the first stream. */
    private void hang(Exchange exchange) throws Exception {
        try (InputStream stream = exchange.getMessage().getBody(InputStream.class)) {
            stream.readNBytes(1 << 20);
            hanging.countDown();
            goOn.await();
            stream.readAllBytes();
        }
    }

    private void awaitHanging() throws InterruptedException {
        assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(checkpoints()).containsExactly("virtnbd.0", "virtnbd.1");
    }

    private void assertRolledBackAndNextIsFine() throws Exception {
        assertThat(checkpoints()).containsExactly("virtnbd.0");
        assertThat(domain.virsh("domjobinfo")).contains("None");
        domain.guest(guest -> guest.write("vda", 0xa3, 14 * MIB, MIB).zero("vda", 0, 64 << 10, true));
        Path content = domain.snapshotContent("vda", directory.resolve("content.raw"));
        Made increment = routes.backUp("inc");
        assertThat(increment.parent()).isEqualTo("virtnbd.0");
        Path image = directory.resolve("restored.raw");
        routes.restore(increment, "vda", image);
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    private List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    @Test
    void aBackupThatTakesTooLongIsRolledBackWhileItsSinkStillHangs() throws Exception {
        try (CamelContext camel = start("direct:backup", "&backupTimeout=6000")) {
            CompletableFuture<Exchange> done = request(camel);
            awaitHanging();
            Awaitility.await().until(() -> checkpoints().size() == 1
                    && domain.virsh("domjobinfo").contains("None"));
            assertThat(done).isNotDone();
            assertRolledBackAndNextIsFine();

            goOn.countDown();
            Exchange failed = done.get(60, TimeUnit.SECONDS);
            assertThat(failed.getException()).hasStackTraceContaining("longer than 6000 ms (backupTimeout)");
        }
    }

    @Test
    void aProducerThatIsStoppedRollsBack() throws Exception {
        CamelContext camel = start("direct:backup", "");
        request(camel);
        awaitHanging();
        camel.stop();
        assertRolledBackAndNextIsFine();
    }

    @Test
    void aConsumerThatIsStoppedRollsBack() throws Exception {
        CamelContext camel = start("", "");
        awaitHanging();
        camel.stop();
        assertRolledBackAndNextIsFine();
    }
}
