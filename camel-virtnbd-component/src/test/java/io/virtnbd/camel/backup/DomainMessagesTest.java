/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.DomainTestSupport;
import io.virtnbd.camel.ScriptedBackup;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;

/** The messages of a domain's backup. */
class DomainMessagesTest extends DomainTestSupport {

    private final List<Message> messages = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();

    private Exchange backUp(String options) throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1" + options).split().body().streaming()
                .stopOnException().process(exchange -> {
                    messages.add(exchange.getMessage());
                    bodies.add(exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes());
                }));
        Exchange exchange = send();
        assertThat(exchange.getException()).isNull();
        assertCommitted(host.last());
        return exchange;
    }

    private List<String> headers(String name) {
        return messages.stream().map(message -> message.getHeader(name, String.class)).toList();
    }

    private Manifest manifest() throws Exception {
        return Manifest.parse(bodies.get(bodies.size() - 1));
    }

    @Test
    void areTheDisksThenTheSideFilesThenTheManifest() throws Exception {
        backUp("");

        assertThat(headers(Exchange.FILE_NAME)).isEqualTo(ARTIFACTS);
        assertThat(headers(VirtNbdConstants.ARTIFACT)).containsExactly("disk", "disk", "domainXml", "checkpointXml",
                "imageInfo", "manifest");
        assertThat(headers(VirtNbdConstants.DISK)).containsExactly("vda", "vdb", null, null, "vda", null);
        assertThat(applied(bodies.subList(0, 1))).isEqualTo(disk.content());
        assertThat(applied(bodies.subList(1, 2))).isEqualTo(secondDisk.content());
        assertThat(manifest().artifacts()).extracting(ManifestEntry::name).isEqualTo(ARTIFACTS.subList(0, 5));
        assertThat(manifest().artifacts()).extracting(ManifestEntry::disk).containsExactly("vda", "vdb", null, null, "vda");
        assertThat(manifest().parentCheckpoint()).isEqualTo("virtnbd.0");
        assertThat(manifest().date()).isEqualTo(ScriptedBackup.DATE);
    }

    @Test
    void tellOfTheBackupAndOfTheirOwnDisk() throws Exception {
        Exchange parent = backUp("");

        assertThat(headers(VirtNbdConstants.LEVEL)).containsExactly("inc", "full", "inc", "inc", "inc", "inc");
        assertThat(headers(VirtNbdConstants.REASON)).startsWith("the chain can go on", "the disk is new",
                "the chain can go on");
        assertThat(headers(VirtNbdConstants.DOMAIN)).containsOnly("vm1");
        assertThat(headers(VirtNbdConstants.CHECKPOINT)).containsOnly("virtnbd.1");
        assertThat(headers(VirtNbdConstants.PARENT_CHECKPOINT)).containsOnly("virtnbd.0");
        assertThat(headers(VirtNbdConstants.CHAIN)).containsOnly("virtnbd.0");
        assertThat(parent.getMessage().getHeaders()).containsEntry(VirtNbdConstants.REASON, "the chain can go on")
                .containsEntry(VirtNbdConstants.CHAIN, "virtnbd.0").containsEntry(VirtNbdConstants.LEVEL, "inc");
    }

    @Test
    void haveTheDomainsNameWhereItWasAskedForByItsUuid() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup").split().body().streaming().stopOnException()
                .process(this::deliver));

        template().requestBodyAndHeader("direct:start", null, VirtNbdConstants.DOMAIN, "8f3e8e3a-0b1f-4b5a-9a55-5a1b7d6f0c11");

        assertThat(host.begun).containsExactly("8f3e8e3a-0b1f-4b5a-9a55-5a1b7d6f0c11");
        assertThat(delivered).containsKey(host.last().description().domain() + ".virtnbd.1.json");
    }

    @Test
    void areSegmentsOfEachDiskInTurn() throws Exception {
        backUp("?unit=segment&segmentSize=1m&compression=lz4");

        List<String> names = headers(Exchange.FILE_NAME);
        assertThat(names).startsWith("vda.inc.virtnbd.1.00000.data").contains("vdb.full.00000.data").endsWith(MANIFEST);
        assertThat(names.indexOf("vdb.full.00000.data")).isGreaterThan(names.indexOf("vda.inc.virtnbd.1.00000.data"));
        assertThat(manifest().artifacts()).hasSize(messages.size() - 1);
    }

    @Test
    void areFramesOfEachDiskInTurnAndThenTheRest() throws Exception {
        backUp("?unit=frame");

        List<String> kinds = headers(VirtNbdConstants.FRAME_KIND);
        assertThat(kinds.stream().filter("stop"::equals)).hasSize(2);
        assertThat(headers(VirtNbdConstants.ARTIFACT)).startsWith("frame").endsWith("domainXml", "checkpointXml", "imageInfo",
                "manifest");
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (int i = 0; i < messages.size(); i++) {
            if ("vdb.full.data".equals(messages.get(i).getHeader(Exchange.FILE_NAME))) {
                joined.write(bodies.get(i));
            }
        }
        assertThat(applied(List.of(joined.toByteArray()))).isEqualTo(secondDisk.content());
        ManifestEntry entry = manifest().artifacts().get(1);
        assertThat(entry.name()).isEqualTo("vdb.full.data");
        assertThat(entry.bytes()).isEqualTo(joined.size());
        assertThat(entry.sha256())
                .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(joined.toByteArray())));
    }

    @Test
    void becomeADirectoryForEachChain() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .to("file:" + directory + "?fileName=${header.CamelVirtNbdDomain}/${header.CamelVirtNbdChain}/${file:name}"
                        + "&tempPrefix=.incomplete-&eagerDeleteTargetFile=false"));

        assertThat(send().getException()).isNull();

        assertCommitted(host.last());
        for (String name : ARTIFACTS) {
            assertThat(directory.resolve("vm1/virtnbd.0").resolve(name)).isRegularFile();
        }
        Manifest.read(directory.resolve("vm1/virtnbd.0").resolve(MANIFEST)).verify(directory.resolve("vm1/virtnbd.0"), true);
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(ARTIFACTS.size());
        }
    }

    @Test
    void convertToTextWhereTheyAreText() throws Exception {
        List<String> texts = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup:vm1").split().body().streaming().stopOnException()
                .process(exchange -> {
                    if (name(exchange).endsWith(".data")) {
                        deliver(exchange);
                    } else {
                        texts.add(exchange.getMessage().getMandatoryBody(String.class));
                    }
                }));

        assertThat(send().getException()).isNull();
        assertThat(texts).startsWith("<domain/>", "<cp/>", "{}").hasSize(4);
    }
}
