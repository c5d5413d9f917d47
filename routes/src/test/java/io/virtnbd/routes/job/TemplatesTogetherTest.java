/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application can have jobs, sinks, restores and verifications side by side. */
class TemplatesTogetherTest {

    @TempDir
    private Path directory;

    @Test
    void jobsAndRestoresOfTheReadmeLoadInOneApplication() throws Exception {
        List<String> examples = new ArrayList<>();
        examples.add(ReadmeExample.ofKamelet("virtnbd-backup-action").toString());
        for (String template : JobsReadmeTest.templates().toList()) {
            // a name that does not resolve is refused at once
            examples.add(ReadmeExample.of(template).toString().replace("kafka1:9092,kafka2:9092", "127.0.0.1:1"));
        }
        // what the last one is matters: Camel gives its error handler to Kamelets with steps of all the others
        examples.add(ReadmeExample.of("virtnbd-scheduled-verify").toString());
        examples.add(ReadmeExample.of("virtnbd-scheduled-retention").toString());
        examples.add(ReadmeExample.of("virtnbd-restore-from-sftp").parameter("name", "restore-sftp").toString());
        examples.add(ReadmeExample.of("virtnbd-restore-from-file").toString());
        Path file = Files.writeString(directory.resolve("all.yaml"), String.join("", examples));

        Main main = new Main();
        main.bind("broker", new ActiveMQConnectionFactory("tcp://127.0.0.1:1"));
        // what they connect to is not there
        main.configure().withAutoStartup(false).withRoutesIncludePattern("classpath:camel/*,file:" + file);
        main.start();
        try {
            assertThat(main.getCamelContext().getRoutes().stream().filter(route -> !route.isCreatedByKamelet()))
                    .hasSize(examples.size());
        } finally {
            main.stop();
        }
    }
}
