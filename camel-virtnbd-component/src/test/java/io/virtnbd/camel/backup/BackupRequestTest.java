/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.option.VirtNbdOperation;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.nbd.client.NbdClientOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class BackupRequestTest {

    @Test
    void defaultsAreThoseOfTheEngine() throws Exception {
        VirtNbdConfiguration configuration = new VirtNbdConfiguration();
        configuration.setNbdUri("nbd://host");
        BackupRequest request = new BackupRequest(new RequestOptions(new EndpointOptions(new DefaultCamelContext(),
                VirtNbdOperation.backup, null, configuration), null));

        NbdClientOptions client = NbdClientOptions.defaults();
        DiskReadOptions reading = DiskReadOptions.defaults();
        DiskBackupOptions engine = DiskBackupOptions.copyOf(NbdUri.parse("nbd://host")).withReading(new DiskReadOptions(
                NbdClientOptions.builder().idleTimeout(client.requestTimeout()).build(), reading.compression(),
                reading.segmentSize(), reading.requestSize(), reading.progress()));
        assertThat(request.export(ProgressListener.NONE)).usingRecursiveComparison().ignoringFields("date").isEqualTo(engine);
    }
}
