/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.map;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.ChainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directories of several chains, of which some are damaged. */
class VerifyTreeTest extends RouteTestSupport {

    private Path store;

    @BeforeEach
    void backUp() throws Exception {
        store = directory.resolve("store");
        routes(routes -> routes.from("direct:backup").to(backup("unit=segment&segmentSize=1m"))
                .split().body().streaming().stopOnException().to("file:" + store + "?fileName=${header.set}/${file:name}"));
        for (String set : new String[] {"web1/virtnbd.0", "web1/virtnbd.7", "web2/virtnbd.0"}) {
            assertThat(template().send("direct:backup", exchange -> exchange.getMessage().setHeader("set", set)).getException())
                    .isNull();
        }
    }

    private Exchange verify() {
        return template().send("virtnbd:verify?recursive=true&directory=" + store, exchange -> { });
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private DamagedBackupsException failure() {
        return assertThat(verify().getException()).asInstanceOf(type(DamagedBackupsException.class)).actual();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> part(Map<String, Object> report, String name) {
        return (Map<String, Object>) report.get(name);
    }

    @Test
    void summarisesEachDirectoryInJson() throws Exception {
        Exchange exchange = verify();

        assertThat(exchange.getException()).isNull();
        var report = new ObjectMapper().valueToTree(exchange.getMessage().getBody());
        assertThat(report.at("/failed")).isEmpty();
        assertThat(report.at("/verified")).hasSize(3);
        var set = report.get("verified").get(store.resolve("web2/virtnbd.0").toString());
        assertThat(set.at("/disks/0").asText()).isEqualTo("vda");
        assertThat(set.at("/manifests")).hasSize(1);
        long bytes = 0;
        int streams = 0;
        try (var files = Files.newDirectoryStream(store.resolve("web2/virtnbd.0"), "*.data")) {
            for (Path file : files) {
                bytes += Files.size(file);
                streams++;
            }
        }
        assertThat(streams).isGreaterThan(1);
        assertThat(set.at("/streams").asInt()).isEqualTo(streams);
        assertThat(set.at("/streamBytes").asLong()).isEqualTo(bytes);
    }

    @Test
    void verifiesTheOthersWhereOneIsDamaged() throws Exception {
        damage(store.resolve("web1/virtnbd.0/vda.copy.00001.data"));

        DamagedBackupsException failure = failure();

        String damaged = store.resolve("web1/virtnbd.0").toString();
        assertThat(failure).hasMessageStartingWith("1 of 3 backup directories below " + store)
                .hasMessageContaining("vda.copy.00001.data");
        assertThat(failure.getReport()).extractingByKey("failed", map(String.class, String.class)).containsOnlyKeys(damaged)
                .extractingByKey(damaged).asString().contains("vda.copy.00001.data: expected SHA-256");
        assertThat(part(failure.getReport(), "verified")).hasSize(2);
        assertThat(new ObjectMapper().writeValueAsString(failure.getReport())).contains("vda.copy.00001.data");
    }

    @Test
    void namesAllThatAreDamaged() throws Exception {
        Files.delete(store.resolve("web1/virtnbd.7/vda.copy.00000.data"));
        damage(store.resolve("web2/virtnbd.0/web1.virtnbd.0.json"));

        DamagedBackupsException failure = failure();

        assertThat(part(failure.getReport(), "failed")).hasSize(2);
        assertThat(part(failure.getReport(), "verified")).hasSize(1);
    }

    @Test
    void missesADirectoryThatLostAllItsStreams() throws Exception {
        Path set = store.resolve("web2/virtnbd.0");
        try (var files = Files.newDirectoryStream(set, "*.data")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }

        assertThat(part(failure().getReport(), "failed")).extractingByKey(set.toString()).asString().contains("vda");
    }

    @Test
    void followsLinksToOtherFileSystems() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        Files.move(store.resolve("web2"), elsewhere);
        Files.createSymbolicLink(store.resolve("web2"), elsewhere);
        damage(elsewhere.resolve("virtnbd.0/vda.copy.00000.data"));

        assertThat(part(failure().getReport(), "failed")).extractingByKey(store.resolve("web2/virtnbd.0").toString()).isNotNull();
    }

    @Test
    void reportsWhatItCannotLookInto() throws Exception {
        Files.createSymbolicLink(store.resolve("loop"), store);

        assertThat(part(failure().getReport(), "failed")).containsOnlyKeys(store.resolve("loop").toString());
    }

    @Test
    void refusesADirectoryWithoutBackups() throws Exception {
        Path empty = Files.createDirectories(directory.resolve("empty/below"));
        Files.writeString(empty.resolve("notes.json"), "[]");

        assertThat(template().send("virtnbd:verify?recursive=true&directory=" + empty.getParent(), exchange -> { }).getException())
                .isInstanceOf(ChainException.class).hasMessageContaining("expected directories with backups below, found none");
        assertThat(template().send("virtnbd:verify?recursive=true&directory=" + directory.resolve("none"), exchange -> { })
                .getException()).isInstanceOf(ChainException.class);
    }

    @Test
    void comparesTheArtifactsOfOneDiskAlone() throws Exception {
        Path set = store.resolve("web1/virtnbd.0");
        Path manifest = set.resolve("web1.virtnbd.0.json");
        // as where only one disk's streams were fetched
        Files.writeString(manifest, Files.readString(manifest).replaceFirst("\\{[^{}]*vmconfig", """
                {"name": "vdb.copy.data", "bytes": 1, "sha256": null, "artifact": "disk", "disk": "vdb"}, $0"""));

        assertThat(template().send("virtnbd:verify?directory=" + set, exchange -> { }).getException())
                .isInstanceOf(DamagedBackupsException.class).hasMessageContaining("vdb");
        assertThat(template().send("virtnbd:verify?disk=vda&directory=" + set, exchange -> { }).getException()).isNull();
        Files.delete(set.resolve("vmconfig.virtnbd.0.xml"));
        assertThat(template().send("virtnbd:verify?disk=vda&directory=" + set, exchange -> { }).getException())
                .hasMessageContaining("vmconfig.virtnbd.0.xml is missing");
    }

    @Test
    void refusesToEndSeveralChainsWithOneCheckpoint() {
        assertThat(template().send("virtnbd:verify?recursive=true&directory=" + store,
                exchange -> exchange.getMessage().setHeader(VirtNbdConstants.UNTIL, "virtnbd.0"))
                .getException()).isInstanceOf(IllegalArgumentException.class);
    }
}
