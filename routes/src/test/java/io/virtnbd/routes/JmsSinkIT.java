/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.ReceivedBackups.Made;
import io.virtnbd.routes.ReceivedBackups.Sending;
import io.virtnbd.routes.server.ArtemisServer;
import io.virtnbd.testing.RequiresTools;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a domain through a JMS queue into a directory. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class JmsSinkIT {

    @TempDir
    private Path directory;
    private ArtemisServer server;
    private ReceivedBackups backups;

    @BeforeEach
    void start() throws Exception {
        server = new ArtemisServer(directory);
        backups = new ReceivedBackups(directory);
    }

    @AfterEach
    void stop() throws Exception {
        backups.close();
        server.close();
    }

    private void connect() {
        for (CamelContext camel : new CamelContext[] {backups.sender(), backups.receiver()}) {
            camel.getRegistry().bind("broker", server.connectionFactory());
        }
    }

    @Test
    void restoresWhatWentThroughTheQueue() throws Exception {
        connect();
        backups.send("kamelet:virtnbd-jms-sink?queue=backups", new Sending()).receive("kamelet:virtnbd-jms-source?queue=backups");
        Made full = backups.backUp("full");
        Made increment = backups.backUp("inc");
        assertThat(increment.chain()).isEqualTo(full.checkpoint());
        backups.assertAllRestored();
    }
}
