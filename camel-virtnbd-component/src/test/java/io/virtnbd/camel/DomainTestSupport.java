/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.event.BackupEvent;
import io.virtnbd.engine.ServedDisk;
import io.virtnbd.libvirt.LibvirtOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Camel context whose libvirt daemon is scripted: each domain has two disks. */
public abstract class DomainTestSupport extends RouteTestSupport {

    protected static final List<String> ARTIFACTS = List.of("vda.inc.virtnbd.1.data", "vdb.full.data", "vmconfig.virtnbd.1.xml",
            "checkpoints/virtnbd.1.xml", "vda.virtnbd.1.qcow.json", "vm1.virtnbd.1.json");
    protected static final String MANIFEST = "vm1.virtnbd.1.json";

    protected final Map<String, byte[]> delivered = new ConcurrentHashMap<>();
    protected final List<BackupEvent> events = new CopyOnWriteArrayList<>();
    protected final List<LibvirtOptions> connections = new CopyOnWriteArrayList<>();
    protected ServedDisk secondDisk;
    protected ScriptedHost host;

    @BeforeEach
    protected void scriptHost() throws Exception {
        secondDisk = new ServedDisk(DISK_SIZE);
        secondDisk.fill(new Random(8), 12, 200_000);
        host = new ScriptedHost(disk, secondDisk);
        component().setHostFactory(options -> {
            connections.add(options);
            return host;
        });
    }

    @AfterEach
    protected void closeSecondDisk() throws IOException {
        secondDisk.close();
    }

    protected VirtNbdComponent component() {
        return context().getComponent("virtnbd", VirtNbdComponent.class);
    }

    protected void listen() {
        SimpleEventNotifierSupport listener = new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof BackupEvent backup) {
                    events.add(backup);
                }
            }
        };
        listener.start();
        context().getManagementStrategy().addEventNotifier(listener);
    }

    protected static String name(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class);
    }

    protected void deliver(Exchange exchange) throws Exception {
        delivered.put(name(exchange), exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes());
    }

    /** Counts down when Camel has dealt with a message, whatever became of it. */
    protected static void whenDone(Exchange exchange, CountDownLatch latch) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                latch.countDown();
            }
        });
    }

    protected void assertRolledBack(ScriptedBackup backup) {
        await().untilAsserted(() -> assertThat(backup.closes).hasValue(1));
        assertThat(backup.commits).hasValue(0);
    }

    protected void assertCommitted(ScriptedBackup backup) {
        assertThat(backup.commits).hasValue(1);
        await().untilAsserted(() -> assertThat(backup.closes).hasValue(1));
    }
}
