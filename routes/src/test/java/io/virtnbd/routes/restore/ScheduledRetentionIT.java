/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.routes.server.S3Server;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prunes a store of a real domain's backups by the schedule of this module's README. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
class ScheduledRetentionIT {
    private static final Map<String, String> LAST = Map.of("keepLast", "1", "keepDaily", "0", "keepWeekly", "0", "keepMonthly",
            "0", "synthesize", "false");

    @TempDir
    static Path shared;
    private static BackupSets sets;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeBackups() throws Exception {
        sets = new BackupSets(Files.createDirectory(shared.resolve("domain")),
                "kamelet:virtnbd-file-sink?directory=" + shared.resolve("backups"), BackupSets.Segments.FEW);
    }

    @AfterAll
    static void removeDomain() {
        if (sets != null) {
            sets.close();
        }
    }

    /** A copy of these chains, of which a test can do what it likes. */
    private Path backups(Made... chains) throws IOException {
        Path copy = directory.resolve("s3/backups");
        Path domain = Files.createDirectories(copy.resolve(sets.domain()));
        for (Made chain : chains) {
            Tool.run("cp", "-r", shared.resolve("backups").resolve(sets.domain()).resolve(chain.chain()).toString(),
                    domain.toString());
        }
        return copy;
    }

    private JsonNode prune(Map<String, String> parameters, String told) throws Exception {
        return prune(parameters, "", told);
    }

    /** @param more YAML beside the example */
    private JsonNode prune(Map<String, String> parameters, String more, String told) throws Exception {
        Map<String, String> all = new LinkedHashMap<>(Map.of("schedule", "* * * * * ?"));
        all.putAll(parameters);
        try (TemplateRoutes routes = new TemplateRoutes("virtnbd-scheduled-retention", all, directory.resolve("routes.yaml"),
                more)) {
            Exchange first = routes.awaitTold(told);
            assertThat(first.getMessage().getHeader("status"))
                    .isEqualTo(told.equals(TemplateRoutes.SUCCESS) ? "completed" : "failed");
            return new ObjectMapper().readTree(first.getMessage().getBody(String.class));
        }
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, Object value) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put(name, value.toString());
        return all;
    }

    private static List<String> files(Path backups) throws IOException {
        try (Stream<Path> all = Files.walk(backups)) {
            return all.filter(Files::isRegularFile).map(file -> backups.relativize(file).toString()).sorted().toList();
        }
    }

    private static void assertCounts(JsonNode report, int kept, int deleted, int folded) {
        assertThat(List.of(report.at("/kept").asInt(-1), report.at("/deleted").asInt(-1), report.at("/folded").asInt(-1)))
                .as("kept, deleted, folded of " + report).containsExactly(kept, deleted, folded);
        assertThat(report.at("/domains/" + sets.domain())).hasSize(kept + deleted + folded);
    }

    private void assertRestores(Path backups, Made backup) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.start();
            for (Map.Entry<String, Path> disk : sets.contents(backup).entrySet()) {
                Path image = directory.resolve(disk.getKey() + ".raw");
                camel.createProducerTemplate().requestBody("virtnbd:restore?format=raw&disk=" + disk.getKey() + "&image=" + image
                        + "&directory=" + backups.resolve(sets.domain()).resolve(backup.chain()), (Object) null);
                assertThat(Files.mismatch(image, disk.getValue())).as(disk.getKey()).isEqualTo(-1);
            }
        }
    }

    @Test
    void deletesWhatNeedNotBeKept() throws Exception {
        Path backups = backups(sets.plain(), sets.segments());

        JsonNode report = prune(with(LAST, "directory", backups), TemplateRoutes.SUCCESS);

        assertCounts(report, 2, 3, 0);
        assertThat(report.at("/directory").asText()).isEqualTo(backups.toString());
        assertThat(report.at("/bytesFreed").asLong()).isPositive();
        assertThat(report.at("/problems")).isEmpty();
        assertThat(files(backups)).isNotEmpty()
                .allMatch(file -> file.startsWith(sets.domain() + "/" + sets.segments().chain() + "/"));
        assertRestores(backups, sets.segments());
    }

    @Test
    void foldsWhatIsOlderThanWhatIsKept() throws Exception {
        Path backups = backups(sets.plain());

        assertCounts(prune(with(with(LAST, "directory", backups), "synthesize", true), TemplateRoutes.SUCCESS), 2, 0, 1);

        assertRestores(backups, sets.plain());
    }

    @Test
    void reportsWhatItWouldDeleteWithTheValuesOfTheExample() throws Exception {
        Path backups = backups(sets.plain(), sets.segments());
        List<String> before = files(backups);

        JsonNode report = prune(Map.of("directory", backups.toString(), "dryRun", "true"), TemplateRoutes.SUCCESS);

        assertThat(report.at("/dryRun").asBoolean()).isTrue();
        assertThat(report.at("/deleted").asInt()).isPositive();
        assertThat(files(backups)).isEqualTo(before);
    }

    @Test
    void leavesAChainAloneInWhichAFileIsMissing() throws Exception {
        Path backups = backups(sets.plain(), sets.segments());
        Path chain = backups.resolve(sets.domain()).resolve(sets.plain().chain());
        Files.delete(chain.resolve("vdb.full.data"));
        List<String> before = files(backups);

        JsonNode report = prune(with(LAST, "directory", backups), TemplateRoutes.FAILURE);

        assertThat(report.at("/problems").toString()).contains(sets.plain().chain(), "vdb.full.data");
        assertThat(files(backups)).isEqualTo(before);
    }

    @Test
    void tellsThatNothingCouldBeDone() throws Exception {
        JsonNode report = prune(with(LAST, "directory", directory.resolve("none")), TemplateRoutes.FAILURE);

        assertThat(report.at("/directory").asText()).isEqualTo(directory.resolve("none").toString());
        assertThat(report.at("/error").asText()).contains("none");
    }

    @Test
    void deletesObjects() throws Exception {
        Path backups = backups(sets.plain(), sets.segments());
        try (S3Server server = new S3Server(directory.resolve("s3"))) {
            JsonNode report = prune(with(with(LAST, "directory", ""), "store", "direct:backups"),
                    TemplateRoutes.s3Store(server, ""), TemplateRoutes.SUCCESS);

            assertCounts(report, 2, 3, 0);
        }
        assertThat(files(backups)).isNotEmpty()
                .allMatch(file -> file.startsWith(sets.domain() + "/" + sets.segments().chain() + "/"));
        assertRestores(backups, sets.segments());
    }
}
