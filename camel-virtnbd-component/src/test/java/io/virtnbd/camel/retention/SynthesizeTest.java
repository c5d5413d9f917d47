/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.virtnbd.camel.PageExamples;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.synthetic.SyntheticSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains in directories folded into fulls, by routes. */
class SynthesizeTest extends RouteTestSupport {

    private static final LocalDateTime START = LocalDateTime.of(2026, 11, 1, 22, 0);

    private Path backups;
    private Path archive;
    private SyntheticSet set;

    /** A full and two increments; vdb has no part in the last one. */
    @BeforeEach
    void backUp() throws Exception {
        backups = directory.resolve("backups");
        archive = directory.resolve("archive");
        set = new SyntheticSet(backups.resolve("vm1/virtnbd.0"), "vm1", new Random(3), true, "id");
        set.attach("vda", 128);
        set.attach("vdb", 16);
        set.backup(Level.FULL, 0, List.of("vda", "vdb"), START, true);
        increment(1, List.of("vda", "vdb"));
        increment(2, List.of("vda"));
    }

    private void increment(int number, List<String> disks) throws IOException {
        disks.forEach(disk -> set.write(disk, 12));
        set.backup(Level.INC, number, disks, START.plusDays(number), true);
    }

    private Exchange synthesize(String uri) {
        return template().send("virtnbd:synthesize" + uri, exchange -> { });
    }

    private Exchange synthesizeSet(String options) {
        return synthesize(":vm1?directory=" + set.directory() + options);
    }

    /** Delivers what is synthesized to the archive, and returns the headers of each message. */
    private List<Map<String, Object>> deliver(String options) throws Exception {
        List<Map<String, Object>> messages = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to("virtnbd:synthesize:vm1?directory=" + set.directory() + options)
                .split().body().streaming().stopOnException()
                .to("file:" + archive + "?fileName=${header.CamelVirtNbdChain}/${file:name}")
                .process(exchange -> messages.add(Map.copyOf(exchange.getMessage().getHeaders()))));
        Exchange done = send();
        assertThat(done.getException()).isNull();
        return messages;
    }

    private byte[] restored(Path from, String disk, String until) throws IOException {
        Path image = directory.resolve("restored.raw");
        Exchange exchange = template().send("virtnbd:restore?overwrite=true&format=raw&image=" + image + "&disk=" + disk
                + "&directory=" + from + (until.isEmpty() ? "" : "&until=" + until), request -> { });
        assertThat(exchange.getException()).as("restore of %s from %s", disk, from).isNull();
        return Files.readAllBytes(image);
    }

    private byte[] content(String disk, int number) {
        return set.points().get("virtnbd." + number).get(disk);
    }

    private List<String> names(Path of) throws IOException {
        try (Stream<Path> files = Files.walk(of)) {
            return files.filter(Files::isRegularFile).map(file -> of.relativize(file).toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&compression=lz4", "&unit=segment&segmentSize=64k", "&unit=segment&segmentSize=64k&compression=lz4"})
    void aChainIsDeliveredAsOneFullOnWhichItsNextIncrementFits(String options) throws Exception {
        List<String> before = names(set.directory());
        List<Map<String, Object>> messages = deliver(options);

        assertThat(messages).allSatisfy(headers -> assertThat(headers).containsEntry(VirtNbdConstants.DOMAIN, "vm1")
                .containsEntry(VirtNbdConstants.CHAIN, "virtnbd.2").containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.2")
                .doesNotContainKey(VirtNbdConstants.DIRECTORY));
        assertThat(messages).filteredOn(headers -> headers.containsKey(VirtNbdConstants.DISK))
                .hasSizeGreaterThanOrEqualTo(options.contains("segment") ? 4 : 2)
                .allSatisfy(headers -> assertThat(headers.get(VirtNbdConstants.LEVEL)).hasToString("full"));
        assertThat(messages.get(messages.size() - 1)).containsEntry(VirtNbdConstants.ARTIFACT, "manifest");
        Path full = archive.resolve("virtnbd.2");
        Manifest manifest = Manifest.read(full.resolve("vm1.virtnbd.2.json"));
        manifest.verify(full, true);
        assertThat(manifest.level()).isEqualTo("full");
        assertThat(manifest.date()).isEqualTo(START.plusDays(2).toString());
        assertThat(names(full)).contains("vmconfig.virtnbd.2.xml");
        assertThat(restored(full, "vda", "")).isEqualTo(content("vda", 2));
        assertThat(restored(full, "vdb", "")).isEqualTo(content("vdb", 1));
        assertThat(names(set.directory())).isEqualTo(before);

        increment(3, List.of("vda"));
        for (String name : names(set.directory())) {
            if (name.contains("virtnbd.3")) {
                Files.copy(set.directory().resolve(name), full.resolve(name));
            }
        }
        assertThat(restored(full, "vda", "")).isEqualTo(content("vda", 3));
        assertThat(restored(full, "vda", "virtnbd.2")).isEqualTo(content("vda", 2));
    }

    @Test
    void framesOfAFullAreJoinedToItsStream() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:synthesize:vm1?unit=frame&directory=" + set.directory())
                .split().body().streaming().stopOnException()
                .to("file:" + archive + "?fileExist=Append"));
        assertThat(send().getException()).isNull();
        Manifest.read(archive.resolve("vm1.virtnbd.2.json"));
        assertThat(restored(archive, "vda", "")).isEqualTo(content("vda", 2));
    }

    @Test
    void untilAnEarlierPointTheFullIsWhatTheDiskWasThen() throws Exception {
        deliver("&until=virtnbd.1");

        assertThat(restored(archive.resolve("virtnbd.1"), "vda", "")).isEqualTo(content("vda", 1));
        assertThat(restored(archive.resolve("virtnbd.1"), "vdb", "")).isEqualTo(content("vdb", 1));
    }

    @Test
    void whatEndsInADifferentialBecomesACopy() throws Exception {
        set.write("vda", 5);
        set.backup(Level.DIFF, 3, List.of("vda"), START.plusDays(3), true);

        List<Map<String, Object>> messages = deliver("");

        assertThat(messages.get(0).get(VirtNbdConstants.LEVEL)).hasToString("copy");
        assertThat(restored(archive.resolve("virtnbd.3"), "vda", "")).isEqualTo(content("vda", 3));
    }

    @Test
    void theRouteOnThePageFillsAnArchive() throws Exception {
        load(PageExamples.yaml("Synthetic full", 0).replace("/backups", backups.toString())
                .replace("/archive", archive.toString()));

        Path full = archive.resolve("vm1/virtnbd.2");
        await().until(() -> Files.exists(full.resolve("vm1.virtnbd.2.json")));
        Manifest.read(full.resolve("vm1.virtnbd.2.json")).verify(full, true);
        assertThat(restored(full, "vda", "")).isEqualTo(content("vda", 2));
    }

    @Test
    void theRouteOnThePageFoldsInPlace() throws Exception {
        load(PageExamples.yaml("Synthetic full", 1).replace("/backups", backups.toString()).replace("virtnbd.30", "virtnbd.1"));

        Exchange done = template().send("direct:fold", exchange -> { });

        assertThat(done.getException()).isNull();
        assertReport(done).containsEntry("checkpoint", "virtnbd.1");
    }

    private void load(String yaml) throws Exception {
        PluginHelper.getRoutesLoader(context()).loadRoutes(ResourceHelper.fromString("page.yaml", yaml));
    }

    @Test
    void inPlaceTheChainIsReplacedAndItsIncrementsStay() throws Exception {
        long before = size(set.directory());
        Exchange done = synthesizeSet("&inPlace=true&until=virtnbd.1&compression=lz4");

        assertThat(done.getException()).isNull();
        assertReport(done).containsOnlyKeys("domain", "checkpoint", "backups", "written", "deleted", "bytesBefore", "bytesAfter")
                .containsEntry("domain", "vm1").containsEntry("checkpoint", "virtnbd.1").containsEntry("backups", 2);
        Message message = done.getMessage();
        assertThat(message.getHeader(VirtNbdConstants.CHECKPOINT)).isEqualTo("virtnbd.1");
        assertThat(message.getHeader(VirtNbdConstants.DOMAIN)).isEqualTo("vm1");
        Map<?, ?> report = message.getBody(Map.class);
        assertThat(size(set.directory())).isEqualTo(before - (long) report.get("bytesBefore") + (long) report.get("bytesAfter"));
        assertThat(names(set.directory())).contains("vda.full.data", "vda.inc.virtnbd.2.data")
                .doesNotContain("vda.inc.virtnbd.1.data", "vm1.virtnbd.0.json", "vmconfig.virtnbd.0.xml")
                .noneMatch(name -> name.startsWith("."));
        increment(3, List.of("vda", "vdb"));
        assertThat(restored(set.directory(), "vda", "virtnbd.1")).isEqualTo(content("vda", 1));
        assertThat(restored(set.directory(), "vda", "virtnbd.2")).isEqualTo(content("vda", 2));
        assertThat(restored(set.directory(), "vda", "")).isEqualTo(content("vda", 3));
        assertThat(restored(set.directory(), "vdb", "")).isEqualTo(content("vdb", 3));
        assertThat(template().send("virtnbd:verify?directory=" + set.directory(), exchange -> { }).getException()).isNull();

        assertReport(synthesizeSet("&inPlace=true&until=virtnbd.1")).containsEntry("backups", 1).containsEntry("bytesAfter", 0L);
    }

    private static long size(Path of) throws IOException {
        try (Stream<Path> files = Files.walk(of)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void aChangeThatIsNotOverIsRefusedByAllThatReadAndFinishedByTheNextFold() throws Exception {
        Path journal = Files.writeString(set.directory().resolve(BackupDirectory.CHANGES), "delete vmconfig.virtnbd.1.xml");

        for (String uri : List.of("restore?image=" + directory.resolve("no.raw") + "&disk=vda&directory=", "verify?directory=",
                "inspect?directory=", "serve?disk=vda&directory=", "synthesize?directory=")) {
            assertThat(template().send("virtnbd:" + uri + set.directory(), exchange -> { }).getException()).as(uri)
                    .isNotNull().hasStackTraceContaining("finishes it");
        }
        assertThat(directory.resolve("no.raw")).doesNotExist();
        // also where the set has to be looked for
        template().send("virtnbd:synthesize:vm1?inPlace=true&directory=" + backups, exchange -> { });
        assertThat(journal).doesNotExist();
        assertThat(set.directory().resolve("vmconfig.virtnbd.1.xml")).doesNotExist();
    }

    @Test
    void aChangeWhosePreparedFileIsGoneDeletesNothing() throws Exception {
        Files.writeString(set.directory().resolve(BackupDirectory.CHANGES),
                "replace 5000 " + "0".repeat(64) + " vda.full.data\ndelete vda.inc.virtnbd.1.data");
        List<String> before = names(set.directory());

        assertThat(synthesizeSet("&inPlace=true").getException()).isInstanceOf(ChainException.class)
                .hasMessageContaining("expected the new vda.full.data of 5000 bytes").hasMessageContaining("nothing was changed");
        Exchange retention = template().send("virtnbd:retention?keepLast=1&directory=" + backups, exchange -> { });
        assertThat(retention.getMessage().getBody(Map.class).get("problems")).asString().contains("vm1/virtnbd.0")
                .contains("vda.full.data");
        assertThat(names(set.directory())).isEqualTo(before);
    }

    @Test
    void ofSeveralSetsTheOneOfTheDomainIsTaken() throws Exception {
        other("vm2/virtnbd.0", "vm2");

        assertThat(synthesize("?directory=" + backups).getException()).isInstanceOf(ChainException.class)
                .hasMessageContaining("name the domain or the chain");
        Exchange named = synthesize(":vm2?inPlace=true&directory=" + backups);
        assertReport(named).containsEntry("domain", "vm2").containsEntry("backups", 1);
    }

    @Test
    void ofSeveralChainsOfADomainTheNewestIsTakenOrTheNamedOne() throws Exception {
        other("vm1/virtnbd.9", "vm1");

        assertReport(synthesize(":vm1?inPlace=true&directory=" + backups)).containsEntry("checkpoint", "virtnbd.9");
        assertReport(synthesize(":vm1?inPlace=true&chain=virtnbd.0&directory=" + backups))
                .containsEntry("checkpoint", "virtnbd.2").containsEntry("backups", 3);
    }

    private void other(String path, String domain) throws IOException {
        SyntheticSet other = new SyntheticSet(backups.resolve(path), domain, new Random(4), true, "other");
        other.attach("vda", 8);
        int number = Integer.parseInt(path.substring(path.lastIndexOf('.') + 1));
        other.backup(Level.FULL, number, List.of("vda"), START.plusDays(number), true);
    }

    @Test
    void twoChainsInOneDirectoryAreNotFolded() throws Exception {
        SyntheticSet copy = new SyntheticSet(set.directory(), "vm1", new Random(4), true, "copy");
        copy.attach("vda", 8);
        copy.backup(Level.COPY, 7, List.of("vda"), START.plusDays(1), true);
        List<String> before = names(set.directory());

        Exchange done = synthesizeSet("&inPlace=true&until=virtnbd.2");

        assertThat(done.getException()).isInstanceOf(ChainException.class);
        assertThat(names(set.directory())).isEqualTo(before);
    }

    @Test
    void damageIsNamedBeforeAnythingIsDelivered() throws Exception {
        Path increment = set.directory().resolve("vda.inc.virtnbd.1.data");
        byte[] bytes = Files.readAllBytes(increment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(increment, bytes);

        for (String options : List.of("", "&inPlace=true")) {
            assertThat(synthesizeSet(options).getException()).isInstanceOf(ChainException.class)
                    .hasMessageContaining("vda.inc.virtnbd.1.data");
        }
    }

    @Test
    void aSetOfAnotherDomainIsRefused() {
        assertThat(synthesize(":vm7?directory=" + set.directory()).getException()).isInstanceOf(ChainException.class)
                .hasMessageContaining("vm7").hasMessageContaining("vm1");
    }

    @Test
    void whereNoBackupsAreIsSaid() throws Exception {
        assertThat(synthesize("").getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("synthesize needs backups");
        assertThat(synthesize(":vm1?directory=" + directory.resolve("nothing")).getException())
                .isInstanceOf(ChainException.class).hasMessageContaining("found nothing");
        Path empty = Files.createDirectories(directory.resolve("empty"));
        for (String options : List.of("", "&inPlace=true")) {
            assertThat(synthesize(":vm1?directory=" + empty + options).getException())
                    .isInstanceOf(ChainException.class).hasMessageContaining("found none");
        }
        assertThat(names(empty)).isEmpty();
    }

    @Test
    void onlyADirectoryOfThisMachineIsFoldedInPlace() {
        assertThatThrownBy(() -> context().getEndpoint("virtnbd:synthesize:vm1?inPlace=true&store=direct:store"))
                .hasStackTraceContaining("inPlace");
        Exchange done = template().send("virtnbd:synthesize:vm1?inPlace=true", exchange ->
                exchange.getMessage().setHeader(VirtNbdConstants.STORE, "direct:store"));
        assertThat(done.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a directory of this machine");
    }
}
