/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.nbd.client.NbdClient;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadPipelineTest {

    @TempDir
    Path directory;

    @Test
    void aReadingForWhichThereIsNoMemoryLetsTheConnectionGo() throws Exception {
        OutOfMemoryError full = new OutOfMemoryError("Cannot reserve direct buffer memory");
        SlotPool slots = new SlotPool(4, () -> {
            throw full;
        });
        try (NbdServer server = NbdServer.builder().export("", new MemoryExport(4096)).unixSocket(directory.resolve("s"))
                .build().start();
                ExportConnections connections = new ExportConnections(NbdUri.parse(server.uri("")),
                        NbdClientOptions.builder().build())) {
            assertThatThrownBy(() -> new ReadPipeline(connections, slots, () -> null, "disk vda")).isSameAs(full);

            NbdClient client = connections.acquire();
            connections.release(client, false);
            assertThat(client.isOpen()).as("is used by nobody").isFalse();
        }
    }
}
