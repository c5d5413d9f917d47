/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.event.BackupCompletedEvent;
import io.virtnbd.camel.event.BackupFailedEvent;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Level;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups by a schedule, of all domains whose names match: an exchange for each artifact. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class ScheduledDomainsIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private Path backups;
    private String prefix;
    private TestDomain one;
    private TestDomain two;
    private int files;

    /** What the consumer has said of backups, in the order in which they ended. */
    private final List<BackupCompletedEvent> completed = new CopyOnWriteArrayList<>();
    private final List<BackupFailedEvent> failed = new CopyOnWriteArrayList<>();

    @BeforeEach
    void startDomains() {
        backups = directory.resolve("backups");
        prefix = TestDomain.uniqueName();
        one = domain("-one", 16 * MIB);
        two = domain("-two", 8 * MIB, 4 * MIB);
    }

    private TestDomain domain(String suffix, long... disks) {
        TestDomain domain = new TestDomain(directory, prefix + suffix).qcow2(disks).define().start();
        domain.guest(guest -> domain.disks().forEach(disk -> guest.write(disk.target(), 0xa1, 0, MIB)));
        return domain;
    }

    @AfterEach
    void removeDomains() {
        one.close();
        two.close();
    }

    /** Runs until something has come about. */
    private void run(String name, String schedule, Processor first, Awaited awaited) throws Exception {
        try (CamelContext camel = new DefaultCamelContext()) {
            camel.getManagementStrategy().addEventNotifier(new Recorder());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    fromF("virtnbd:backup:%s?%s", name, schedule).process(first)
                            .to("file:" + backups + "?fileName=${header.CamelVirtNbdDomain}/${header.CamelVirtNbdChain}/"
                                    + "${file:name}&tempPrefix=.incomplete-&eagerDeleteTargetFile=false");
                }
            });
            camel.start();
            awaited.run();
        }
    }

    private void runOnce(Processor first, int ends) throws Exception {
        completed.clear();
        failed.clear();
        run(prefix + "-*", "initialDelay=0&repeatCount=1", first, () -> Awaitility.await()
                .until(() -> completed.size() + failed.size() == ends));
    }

    private static List<String> checkpoints(TestDomain domain) {
        return domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()).toList();
    }

    private List<String> manifests(TestDomain domain) throws IOException {
        try (Stream<Path> found = Files.walk(backups.resolve(domain.name()))) {
            return found.map(file -> file.getFileName().toString()).filter(name -> name.startsWith(domain.name() + "."))
                    .sorted().toList();
        }
    }

    private void assertRestores(TestDomain domain, String checkpoint) throws Exception {
        try (BackupRoutes routes = new BackupRoutes(domain.name(), backups.resolve(domain.name()), "")) {
            BackupRoutes.Made made = new BackupRoutes.Made("", "virtnbd.0", checkpoint, "", "");
            for (var disk : domain.disks()) {
                Path content = domain.snapshotContent(disk.target(), file());
                Path image = file();
                routes.restore(made, disk.target(), image);
                assertThat(Files.mismatch(image, content)).as("%s of %s", disk.target(), domain.name()).isEqualTo(-1);
            }
            routes.verify(made);
        }
    }

    private Path file() {
        return directory.resolve("content-" + files++ + ".raw");
    }

    @Test
    void eachDomainThatMatchesIsBackedUpAndOneThatFailsKeepsNoOtherFromIt() throws Exception {
        runOnce(exchange -> { }, 2);
        assertThat(completed).extracting(event -> event.getBackup().level()).containsExactly(Level.FULL, Level.FULL);
        for (TestDomain domain : List.of(one, two)) {
            assertThat(checkpoints(domain)).containsExactly("virtnbd.0");
            assertThat(manifests(domain)).containsExactly(domain.name() + ".virtnbd.0.json");
            assertThat(domain.virsh("domjobinfo")).contains("None");
            assertRestores(domain, "virtnbd.0");
            domain.guest(guest -> domain.disks().forEach(disk -> guest.write(disk.target(), 0xa2, MIB, MIB)));
        }

        runOnce(this::failForOne, 2);
        assertThat(failed).extracting(BackupFailedEvent::getDomain).containsExactly(one.name());
        assertThat(completed).extracting(event -> event.getBackup().domain()).containsExactly(two.name());
        assertThat(checkpoints(one)).containsExactly("virtnbd.0");
        assertThat(manifests(one)).hasSize(1);
        assertThat(checkpoints(two)).containsExactly("virtnbd.0", "virtnbd.1");
        assertRestores(two, "virtnbd.1");

        runOnce(exchange -> { }, 2);
        assertThat(completed).extracting(event -> event.getBackup().level()).containsExactly(Level.INC, Level.INC);
        assertThat(checkpoints(one)).containsExactly("virtnbd.0", "virtnbd.2");
        assertRestores(one, "virtnbd.2");
        assertRestores(two, "virtnbd.2");
    }

    private void failForOne(Exchange exchange) throws IOException {
        if (one.name().equals(exchange.getMessage().getHeader(VirtNbdConstants.DOMAIN))
                && "imageInfo".equals(exchange.getMessage().getHeader(VirtNbdConstants.ARTIFACT))) {
            throw new IOException("no space left");
        }
    }

    @Test
    void aClockMakesAFullAndIncrements() throws Exception {
        run(two.name(), "scheduler=quartz&scheduler.cron=0/1+*+*+*+*+?", exchange -> { }, () -> {
            awaitCompleted(1);
            two.guest(guest -> guest.write("vda", 0xa3, 3 * MIB, MIB).zero("vdb", 0, 64 << 10, true));
            awaitCompleted(completed.size() + 2); // one could have begun before
        });
        List<String> made = completed.stream().map(event -> event.getBackup().checkpoint()).toList();
        assertThat(completed.get(0).getBackup().level()).isEqualTo(Level.FULL);
        assertThat(completed.subList(1, completed.size())).extracting(event -> event.getBackup().level())
                .containsOnly(Level.INC);
        assertThat(checkpoints(two)).containsExactly(made.get(0), made.get(made.size() - 1));
        assertThat(manifests(two)).hasSameSizeAs(made);
        assertThat(two.virsh("domjobinfo")).contains("None");
        assertRestores(two, made.get(made.size() - 1));
    }

    private void awaitCompleted(int count) {
        Awaitility.await().until(() -> completed.size() >= count);
        assertThat(failed).isEmpty();
    }

    private interface Awaited {

        void run() throws Exception;
    }

    private final class Recorder extends EventNotifierSupport {

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof BackupCompletedEvent end) {
                completed.add(end);
            } else if (event instanceof BackupFailedEvent end) {
                failed.add(end);
            }
        }
    }
}
