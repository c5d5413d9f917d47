/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every template for restores owes to who needs a domain's disks back, with a real store of backups of a real domain. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RestoreContract {

    private static final String REQUEST = "direct:restore";

    @TempDir
    static Path shared;
    @TempDir
    Path directory;

    private BackupSets sets;
    private TemplateRoutes routes;
    private final Map<Path, byte[]> saved = new LinkedHashMap<>();

    /** Starts the server, if there is one. */
    abstract void startServer() throws Exception;

    abstract void stopServer() throws Exception;

    /** URI of the sink that fills the store. */
    abstract String sink();

    abstract String template();

    /** Parameters of the template that say where the store is. */
    abstract Map<String, Object> store();

    /** Where the server keeps the files of all domains. */
    abstract Path kept();

    @BeforeAll
    void makeBackups() throws Exception {
        startServer();
        sets = new BackupSets(Files.createDirectory(shared.resolve("domain")), sink(),
                BackupSets.Segments.MANY);
    }

    @AfterAll
    void removeAll() throws Exception {
        if (sets != null) {
            sets.close();
        }
        stopServer();
    }

    @BeforeEach
    void startRoutes() throws Exception {
        routes = start(Map.of());
    }

    private TemplateRoutes start(Map<String, Object> more) throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>(store());
        parameters.put("images", images());
        parameters.put("format", "raw");
        parameters.put("staging", staging());
        parameters.put("redeliveryDelay", 100);
        parameters.putAll(more);
        return new TemplateRoutes(template(), parameters, directory.resolve("routes.yaml"));
    }

    @AfterEach
    void repair() throws Exception {
        routes.close();
        for (Map.Entry<Path, byte[]> file : saved.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
        saved.clear();
        assertThat(children(staging())).as("staging").isEmpty();
    }

    Path images() {
        return directory.resolve("images");
    }

    Path staging() {
        return directory.resolve("staging");
    }

    BackupSets sets() {
        return sets;
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    Exchange restore(Made backup, Map<String, Object> more) {
        Map<String, Object> headers = new LinkedHashMap<>(Map.of("domain", sets.domain(), "chain", backup.chain()));
        headers.putAll(more);
        return routes.request(REQUEST, null, headers);
    }

    void assertRestored(Exchange done, Made backup) throws IOException {
        assertThat(done.getException()).isNull();
        assertThat(images()).isDirectory();
        for (Map.Entry<String, Path> disk : sets.contents(backup).entrySet()) {
            assertThat(Files.mismatch(images().resolve(disk.getKey() + ".raw"), disk.getValue())).as(disk.getKey())
                    .isEqualTo(-1);
        }
    }

    private Path kept(Made backup, String name) {
        return kept().resolve(sets.domain()).resolve(backup.chain()).resolve(name);
    }

    /** It is repaired after the test. */
    byte[] save(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        saved.put(file, content);
        return content.clone();
    }

    private void damage(Path file) throws IOException {
        byte[] content = save(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    void assertNothingRestored(Exchange done, String... messages) throws Exception {
        assertThat(done.getException()).isNotNull();
        System.out.println("refused: " + done.getException());
        for (String message : messages) {
            assertThat(done.getException()).hasMessageContaining(message);
            assertThat(told(TemplateRoutes.FAILURE).at("/error").asText()).contains(message);
        }
        assertThat(children(images())).isEmpty();
        JsonNode told = told(TemplateRoutes.FAILURE);
        assertThat(told.at("/status").asText()).isEqualTo("failed");
        assertThat(routes.told(TemplateRoutes.SUCCESS).getExchanges()).isEmpty();
    }

    void assertNoFailureTold() {
        assertThat(routes.told(TemplateRoutes.FAILURE).getExchanges()).isEmpty();
    }

    private JsonNode told(String endpoint) throws Exception {
        assertThat(routes.told(endpoint).getExchanges()).hasSize(1);
        return new ObjectMapper().readTree(routes.told(endpoint).getExchanges().get(0).getMessage().getBody(String.class));
    }

    @Test
    void restoresTheNewestOfAChainOfWholeDisks() throws Exception {
        Exchange done = restore(sets.plain(), Map.of());

        assertRestored(done, sets.plain());
        assertThat(done.getMessage().getBody(Map.class)).containsEntry("domain", sets.domain())
                .containsEntry("chain", sets.plain().chain()).containsEntry("until", sets.plain().checkpoint());
        JsonNode told = told(TemplateRoutes.SUCCESS);
        assertThat(told.at("/until").asText()).isEqualTo(sets.plain().checkpoint());
        assertThat(told.at("/images/vdb").asText()).isEqualTo(images().resolve("vdb.raw").toString());
        assertThat(routes.told(TemplateRoutes.SUCCESS).getExchanges().get(0).getMessage().getHeader("subject"))
                .isEqualTo("restore of " + sets.domain() + " completed");
        assertThat(routes.told(TemplateRoutes.FAILURE).getExchanges()).isEmpty();
    }

    @Test
    void restoresMoreSegmentsThanOnePageLists() throws Exception {
        assertThat(children(kept(sets.segments(), ""))).hasSizeGreaterThan(1000);

        assertRestored(restore(sets.segments(), Map.of()), sets.segments());
    }

    @Test
    void restoresAnEarlierCheckpointOfWhichARequestInJsonTells() throws Exception {
        Exchange done = routes.request(REQUEST, """
                {"domain": "%s", "chain": "%s", "until": "%s"}""".formatted(sets.domain(), sets.middle().chain(),
                sets.middle().checkpoint()), Map.of());

        assertRestored(done, sets.middle());
    }

    @Test
    void restoresOneDiskWithoutTheOthers() throws Exception {
        save(kept(sets.plain(), "vda.full.data"));
        Files.delete(kept(sets.plain(), "vda.full.data"));

        Exchange done = restore(sets.plain(), Map.of("disk", "vdb"));

        assertThat(done.getException()).isNull();
        assertThat(children(images())).containsExactly(images().resolve("vdb.raw"));
        assertThat(Files.mismatch(images().resolve("vdb.raw"), sets.contents(sets.plain()).get("vdb"))).isEqualTo(-1);
    }

    @Test
    void restoresTwoChainsAtOnce() throws Exception {
        routes.close();
        routes = start(Map.of("overwrite", true));
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Exchange> one = CompletableFuture.supplyAsync(() -> restore(sets.plain(), Map.of("disk", "vda")));
            CompletableFuture<Exchange> other = CompletableFuture.supplyAsync(
                    () -> restore(sets.plain(), Map.of("disk", "vdb")));
            assertThat(one.get(2, TimeUnit.MINUTES).getException()).isNull();
            assertThat(other.get(2, TimeUnit.MINUTES).getException()).isNull();
        }
        assertRestored(restore(sets.plain(), Map.of()), sets.plain());
    }

    @Test
    void refusesAChainWithAMissingObject() throws Exception {
        String name = "vdb.inc." + sets.middle().checkpoint() + ".data";
        save(kept(sets.middle(), name));
        Files.delete(kept(sets.middle(), name));

        assertNothingRestored(restore(sets.plain(), Map.of()), "vdb.inc.", sets.middle().checkpoint());
    }

    @Test
    void refusesATruncatedObject() throws Exception {
        Path file = kept(sets.plain(), "vda.full.data");
        byte[] content = save(file);
        Files.write(file, Arrays.copyOf(content, content.length / 2));

        assertNothingRestored(restore(sets.plain(), Map.of()), "vda.full.data");
    }

    @Test
    void refusesOneFlippedBitInAPlainStream() throws Exception {
        damage(kept(sets.plain(), "vda.full.data"));

        assertNothingRestored(restore(sets.plain(), Map.of()), "vda.full.data");
    }

    @Test
    void namesAllThatIsDamaged() throws Exception {
        String increment = "vda.inc." + sets.middle().checkpoint() + ".data";
        damage(kept(sets.plain(), increment));
        damage(kept(sets.plain(), "vdb.full.data"));
        damage(kept(sets.plain(), "vmconfig." + sets.plain().checkpoint() + ".xml"));

        assertNothingRestored(restore(sets.plain(), Map.of()), increment, "vdb.full.data",
                "vmconfig." + sets.plain().checkpoint() + ".xml");
    }

    @Test
    void refusesADamagedSegment() throws Exception {
        damage(kept(sets.segments(), "vda.full.00007.data"));

        assertNothingRestored(restore(sets.segments(), Map.of()), "vda.full.00007.data");
    }

    @Test
    void refusesADamagedManifest() throws Exception {
        Path file = kept(sets.middle(), sets.domain() + "." + sets.middle().checkpoint() + ".json");
        byte[] content = save(file);
        Files.write(file, Arrays.copyOf(content, content.length / 2));

        assertNothingRestored(restore(sets.plain(), Map.of()));
    }

    @Test
    void refusesAStreamOfAnotherChain() throws Exception {
        Path file = kept(sets.plain(), "vdb.full.data");
        byte[] content = save(file);
        Files.write(file, Files.readAllBytes(kept(sets.plain(), "vdb.inc." + sets.plain().checkpoint() + ".data")));
        assertThat(content).isNotEmpty();

        assertNothingRestored(restore(sets.plain(), Map.of()), "vdb.full.data");
    }

    @Test
    void refusesACheckpointOfAnotherChain() throws Exception {
        assertNothingRestored(restore(sets.plain(), Map.of("until", sets.segments().checkpoint())),
                sets.segments().checkpoint());
    }

    @Test
    void refusesAChainThatIsNotThere() throws Exception {
        assertNothingRestored(routes.request(REQUEST, null, Map.of("domain", sets.domain(), "chain", "virtnbd.77")),
                "virtnbd.77");
    }

    @Test
    void refusesARequestThatNamesNoChain() throws Exception {
        assertNothingRestored(routes.request(REQUEST, null, Map.of("domain", sets.domain())), "expected the name of a domain");
    }

    @Test
    void refusesPathsInTheNamesOfARequest() throws Exception {
        assertNothingRestored(routes.request(REQUEST, null, Map.of("domain", "..", "chain", "../" + sets.domain())),
                "expected the name of a domain");
    }

    @Test
    void obeysNoHeaderOfTheComponentInARequest() throws Exception {
        Exchange done = restore(sets.plain(), Map.of("CamelVirtNbdImage", directory.resolve("other.raw").toString(),
                "CamelVirtNbdOverwrite", true));

        assertRestored(done, sets.plain());
        assertThat(directory.resolve("other.raw")).doesNotExist();
    }

    @Test
    void leavesAnImageThatIsThereAlready() throws Exception {
        Files.writeString(Files.createDirectories(images()).resolve("vdb.raw"), "precious");

        assertThat(restore(sets.plain(), Map.of()).getException()).isNotNull();
        assertThat(children(images())).containsExactly(images().resolve("vdb.raw"));
        assertThat(images().resolve("vdb.raw")).hasContent("precious");
    }
}
