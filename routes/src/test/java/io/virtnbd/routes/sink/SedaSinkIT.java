/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.routes.sink.ReceivedBackups.Made;
import io.virtnbd.routes.sink.ReceivedBackups.Sending;
import io.virtnbd.testing.RequiresTools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups of a domain that another route of the same Camel context keeps, in the same thread or in others. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class SedaSinkIT {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    private Path directory;
    private ReceivedBackups backups;
    /** Counts down to the delivery that fails. */
    private final AtomicInteger failAt = new AtomicInteger(Integer.MAX_VALUE);

    @BeforeEach
    void start() {
        backups = new ReceivedBackups(directory);
    }

    @AfterEach
    void stop() {
        backups.close();
    }

    private void connect(String sink) throws Exception {
        backups.sender().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(sink.startsWith("seda") ? sink + "&concurrentConsumers=4" : sink).process(exchange -> {
                    if (failAt.decrementAndGet() == 0) {
                        throw new IOException("the store is full");
                    }
                }).to(ReceivedBackups.store(backups.received()));
            }
        });
        // the next backup may be asked for while the other threads are busy with the one before
        backups.send(sink, new Sending().options("&waitForDomain=60s")).startRestores();
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:keep", "seda:keep?waitForTaskToComplete=Always&size=4&blockWhenFull=true",
        "seda:keep?waitForTaskToComplete=Never&size=4&blockWhenFull=true"})
    void restoresWhatAnotherRouteKeeps(String sink) throws Exception {
        connect(sink);
        Made full = backups.backUp("full");
        Made increment = backups.backUp("inc");
        assertThat(increment.chain()).isEqualTo(full.checkpoint());
        backups.assertAllRestored();
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:keep", "seda:keep?waitForTaskToComplete=Always&size=4&blockWhenFull=true"})
    void failsWithTheOtherRoute(String sink) throws Exception {
        connect(sink);
        Made full = backups.backUp("full");
        failAt.set(4);
        assertThat(backups.failToBackUp("inc")).hasRootCauseMessage("the store is full");
        assertRolledBackTo(full);
    }

    /** The exchange that was split is done before the others have failed; the backup does not count all the same. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void rollsBackWhenAThreadThatNobodyWaitsForFails(int message) throws Exception {
        connect("seda:keep?waitForTaskToComplete=Never&size=1000");
        Made full = backups.backUp("full");
        backups.awaitReceived(full);
        failAt.set(message);
        backups.tryToBackUp("inc");
        await().atMost(LONGEST).until(() -> failAt.get() <= 0);
        assertRolledBackTo(full);
    }

    private void assertRolledBackTo(Made full) throws Exception {
        await().atMost(LONGEST).untilAsserted(() -> assertThat(backups.domain().virsh("domjobinfo")).contains("None"));
        await().atMost(LONGEST).untilAsserted(() -> assertThat(backups.checkpoints()).containsExactly(full.checkpoint()));
        assertThat(backups.manifests()).containsExactly(backups.manifest(full).getFileName().toString());
        backups.backUp("inc");
        backups.assertAllRestored();
        assertThat(backups.manifests()).hasSize(2);
    }
}
