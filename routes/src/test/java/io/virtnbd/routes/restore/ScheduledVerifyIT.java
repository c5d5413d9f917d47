/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.routes.server.S3Server;
import io.virtnbd.testing.RequiresTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifies a store of a real domain's backups by a schedule. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class ScheduledVerifyIT {

    @TempDir
    static Path shared;
    private static BackupSets sets;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeBackups() throws Exception {
        sets = new BackupSets(Files.createDirectory(shared.resolve("domain")),
                "kamelet:virtnbd-file-sink?directory=" + shared.resolve("s3/backups"), BackupSets.Segments.FEW);
    }

    @AfterAll
    static void removeDomain() {
        if (sets != null) {
            sets.close();
        }
    }

    private Exchange verify(String store, String told) throws Exception {
        return verify(Map.of("directory", store, "schedule", "* * * * * ?"), told);
    }

    private Exchange verify(Map<String, String> parameters, String told) throws Exception {
        return verify(parameters, "", told);
    }

    /** @param more YAML beside the example */
    private Exchange verify(Map<String, String> parameters, String more, String told) throws Exception {
        try (TemplateRoutes routes = new TemplateRoutes("virtnbd-scheduled-verify", parameters,
                directory.resolve("routes.yaml"), more)) {
            return routes.awaitTold(told);
        }
    }

    private static JsonNode report(Exchange told) throws Exception {
        return new ObjectMapper().readTree(told.getMessage().getBody(String.class));
    }

    @Test
    void tellsThatAllIsWhole() throws Exception {
        Exchange told = verify(shared.resolve("s3/backups").toString(), TemplateRoutes.SUCCESS);

        assertThat(told.getMessage().getHeader("status")).isEqualTo("completed");
        assertThat(report(told).at("/verified")).hasSize(2);
        assertThat(report(told).at("/failed")).isEmpty();
    }

    @Test
    void tellsWhichChainIsDamagedAndVerifiesTheOthers() throws Exception {
        Path chain = shared.resolve("s3/backups").resolve(sets.domain()).resolve(sets.plain().chain());
        Path file = chain.resolve("vda.full.data");
        byte[] whole = Files.readAllBytes(file);
        byte[] damaged = whole.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(file, damaged);
        try {
            Exchange told = verify(shared.resolve("s3/backups").toString(), TemplateRoutes.FAILURE);

            assertThat(told.getMessage().getHeader("status")).isEqualTo("failed");
            assertThat(report(told).at("/failed")).hasSize(1);
            assertThat(report(told).get("failed").get(chain.toString()).asText()).contains("vda.full.data: expected SHA-256");
            assertThat(report(told).at("/verified")).hasSize(1);
        } finally {
            Files.write(file, whole);
        }
    }

    @Test
    void readsAPartInEachRun() throws Exception {
        Path state = directory.resolve("state");

        Exchange told = verify(Map.of("directory", shared.resolve("s3/backups").toString(), "schedule", "* * * * * ?",
                "percent", "1", "stateFile", state.toString()), TemplateRoutes.SUCCESS);

        assertThat(report(told).at("/coverage/run").asInt()).isEqualTo(1);
        assertThat(report(told).at("/coverage/backupsUnread").asInt()).isPositive();
        assertThat(state).isNotEmptyFile();
    }

    @Test
    void readsObjectsAPartInEachRun() throws Exception {
        Path state = directory.resolve("state");
        Map<String, String> parameters = Map.of("directory", "", "store", "direct:backups", "schedule", "* * * * * ?",
                "percent", "60", "stateFile", state.toString());
        try (S3Server server = new S3Server(shared.resolve("s3"))) {
            String store = TemplateRoutes.s3Store(server, "");
            JsonNode first = report(verify(parameters, store, TemplateRoutes.SUCCESS));

            assertThat(first.at("/directory").asText()).isEqualTo("direct:backups");
            assertThat(first.at("/coverage/run").asInt()).isEqualTo(1);
            assertThat(first.at("/coverage/backupsUnread").asInt()).isPositive();
            assertThat(first.at("/verified")).hasSize(2);
            assertThat(state).isNotEmptyFile();
            JsonNode next = report(verify(parameters, store, TemplateRoutes.SUCCESS));
            assertThat(next.at("/coverage/run").asInt()).as("the state goes from run to run").isGreaterThan(1);
        }
    }

    @Test
    void tellsThatThereIsNothingToVerify() throws Exception {
        Exchange told = verify(directory.resolve("none").toString(), TemplateRoutes.FAILURE);

        assertThat(report(told).at("/error").asText()).contains("found nothing");
    }
}
