/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A delivery that fails at each artifact in turn: the backup never counts, and the next one has its changes. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class FailingSinkIT {

    private static final long MIB = 1 << 20;
    /** Two disks, domain XML, checkpoint XML, two image infos, manifest. */
    private static final int ARTIFACTS = 7;

    @TempDir
    private Path directory;
    private TestDomain domain;
    private RandomGuest guest;
    private final AtomicInteger delivered = new AtomicInteger();
    private int failAt;

    @BeforeEach
    void startDomain() {
        domain = new TestDomain(directory).qcow2(16 * MIB, 8 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(10);
    }

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    enum Handling { NONE, HANDLED, CONTINUED, DEAD_LETTER, DO_TRY }

    @ParameterizedTest
    @CsvSource({"NONE, true", "NONE, false", "HANDLED, true", "HANDLED, false", "CONTINUED, true", "DEAD_LETTER, true",
        "DEAD_LETTER, false", "DO_TRY, true", "DO_TRY, false"})
    void rollsBackWhateverFailsAndHoweverTheRouteTakesIt(Handling handling, boolean stopOnException) throws Exception {
        Path backups = directory.resolve("backups");
        try (BackupRoutes routes = new BackupRoutes(domain.name(), backups, "");
                CamelContext camel = new DefaultCamelContext()) {
            camel.addRoutes(failing(handling, stopOnException, backups));
            camel.start();
            BackupRoutes.Made full = routes.backUp("full");
            for (failAt = 1; failAt <= ARTIFACTS; failAt++) {
                guest.work(3);
                delivered.set(0);
                Exchange failed = camel.createProducerTemplate().request("direct:failing", exchange -> { });
                String what = "failure at artifact " + failAt;
                assertThat(delivered).as(what).hasValueGreaterThanOrEqualTo(failAt);
                if (handling == Handling.NONE) {
                    assertThat(failed.getException()).as(what).isNotNull();
                }
                assertThat(checkpoints()).as(what).containsExactly(full.checkpoint());
                assertThat(domain.virsh("domjobinfo")).as(what).contains("None");
                if (handling != Handling.CONTINUED || failAt < ARTIFACTS) { // else the route delivers the manifest all the same
                    assertThat(manifests(backups)).as(what)
                            .containsExactly(domain.name() + "." + full.checkpoint() + ".json");
                }
            }
            BackupRoutes.Made increment = routes.backUp("inc");
            assertThat(increment.parent()).isEqualTo(full.checkpoint());
            for (String disk : List.of("vda", "vdb")) {
                Path content = domain.snapshotContent(disk, directory.resolve(disk + "-content.raw"));
                Path image = directory.resolve(disk + "-restored.raw");
                routes.restore(increment, disk, image);
                assertThat(Files.mismatch(image, content)).as(disk).isEqualTo(-1);
            }
        }
    }

    private RouteBuilder failing(Handling handling, boolean stopOnException, Path backups) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                if (handling == Handling.DEAD_LETTER) {
                    errorHandler(deadLetterChannel("log:dead?level=OFF"));
                } else if (handling == Handling.HANDLED) {
                    onException(Exception.class).handled(true).to("log:handled?level=OFF");
                } else if (handling == Handling.CONTINUED) {
                    onException(Exception.class).continued(true);
                }
                RouteDefinition route = from("direct:failing").toF("virtnbd:backup:%s?level=inc", domain.name());
                SplitDefinition split = route.split(body()).streaming();
                if (stopOnException) {
                    split.stopOnException();
                }
                if (handling == Handling.DO_TRY) {
                    split.doTry().process(FailingSinkIT.this::fail).to(BackupRoutes.fileSink(backups))
                            .doCatch(Exception.class).to("log:caught?level=OFF").end();
                } else {
                    split.process(FailingSinkIT.this::fail).to(BackupRoutes.fileSink(backups));
                }
            }
        };
    }

    private void fail(Exchange exchange) throws IOException {
        if (delivered.incrementAndGet() == failAt) {
            throw new IOException("no room for " + exchange.getMessage().getHeader(VirtNbdConstants.FILE_NAME));
        }
    }

    private List<String> checkpoints() {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    private static List<String> manifests(Path backups) throws IOException {
        try (Stream<Path> files = Files.walk(backups)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json") && !name.endsWith(".qcow.json")).toList();
        }
    }
}
