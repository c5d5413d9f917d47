/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.sparsestream.MalformedStreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.apache.camel.Exchange;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifyAndInspectTest extends RouteTestSupport {

    private static final String MANIFEST = "web1.virtnbd.0.json";

    @BeforeEach
    void backUp() throws Exception {
        routes(routes -> routes.from("direct:backup").to(backup("unit=segment&segmentSize=1m&compression=lz4"))
                .split().body().streaming().stopOnException().to("file:" + directory));
        assertThat(template().send("direct:backup", exchange -> { }).getException()).isNull();
    }

    private Exchange send(String uri, Object body) {
        return template().send(uri, exchange -> exchange.getMessage().setBody(body));
    }

    private Path segment() {
        return directory.resolve("vda.copy.00000.data");
    }

    private void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void verifyReportsOnAStream() throws Exception {
        byte[] bytes = Files.readAllBytes(segment());

        for (Object body : List.of(segment().toFile(), bytes, new ByteArrayInputStream(bytes))) {
            Exchange exchange = send("virtnbd:verify", body);

            assertThat(exchange.getException()).isNull();
            assertReport(exchange).containsEntry("disk", "vda").containsEntry("segmentIndex", 0)
                    .containsEntry("streamBytes", (long) bytes.length).containsEntry("compressionLevel", 1)
                    .containsEntry("sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
            assertThat(exchange.getMessage().getHeaders()).containsEntry(VirtNbdConstants.VIRTUAL_SIZE, (long) DISK_SIZE)
                    .containsEntry(VirtNbdConstants.SEGMENT_INDEX, 0);
        }
    }

    @Test
    void verifyReportsOnADirectoryInJson() throws Exception {
        Exchange exchange = send("virtnbd:verify", directory.toFile());

        assertThat(exchange.getException()).isNull();
        var report = new ObjectMapper().valueToTree(exchange.getMessage().getBody());
        assertThat(report.at("/manifests/0").asText()).isEqualTo(MANIFEST);
        assertThat(report.at("/disks/vda/0/file").asText()).isEqualTo("vda.copy.00000.data");
        assertThat(report.at("/disks/vda/0/level").asText()).isEqualTo("copy");
        assertThat(report.at("/disks/vda")).hasSize(files().size() - 2);
    }

    @Test
    void verifyTakesSeveralStreams() {
        Exchange exchange = send("virtnbd:verify", List.of(segment(), segment().resolveSibling("vda.copy.00001.data")));

        assertReport(exchange).extractingByKey("streams", InstanceOfAssertFactories.LIST).hasSize(2);
    }

    @Test
    void verifyFailsOnADamagedStream() throws Exception {
        damage(segment());

        for (Object body : List.of(segment().toFile(), directory.toFile())) {
            assertThat(send("virtnbd:verify", body).getException()).isInstanceOf(DamagedBackupsException.class)
                    .hasMessageContaining("vda.copy.00000.data").hasCauseInstanceOf(MalformedStreamException.class);
        }
    }

    @Test
    void verifyFailsOnAMissingSegment() throws Exception {
        Files.delete(segment());

        assertThat(send("virtnbd:verify", directory.toFile()).getException()).isInstanceOf(DamagedBackupsException.class);
    }

    @Test
    void verifyFailsOnAChangedSideFile() throws Exception {
        damage(directory.resolve("vmconfig.virtnbd.0.xml"));

        assertThat(send("virtnbd:verify?directory=" + directory, null).getException()).isInstanceOf(DamagedBackupsException.class)
                .hasMessageContaining("vmconfig.virtnbd.0.xml: expected SHA-256");
    }

    @Test
    void verifyFailsOnAManifestThatBreaksOff() throws Exception {
        Path manifest = directory.resolve(MANIFEST);
        Files.writeString(manifest, Files.readString(manifest).substring(0, 300));

        assertThat(send("virtnbd:verify?directory=" + directory, null).getException()).isInstanceOf(DamagedBackupsException.class)
                .hasMessageContaining(MANIFEST);
    }

    @Test
    void verifyFailsWhereAManifestListsAnotherStream() throws Exception {
        Path manifest = directory.resolve(MANIFEST);
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(segment())));
        Files.writeString(manifest, Files.readString(manifest).replace(sha256, "0".repeat(64)));

        assertThat(send("virtnbd:verify", directory.toFile()).getException()).isInstanceOf(DamagedBackupsException.class)
                .hasMessageContaining("vda.copy.00000.data: expected SHA-256 0000").hasMessageContaining("found " + sha256);
    }

    @Test
    void verifyIgnoresJsonThatIsNoManifest() throws Exception {
        Files.writeString(directory.resolve("vda.virtnbd.0.qcow.json"), "{}");
        Files.writeString(directory.resolve("notes.json"), "[]");

        assertThat(send("virtnbd:verify", directory.toFile()).getException()).isNull();
    }

    @Test
    void inspectReadsNothingButTheMetadata() throws Exception {
        byte[] bytes = Files.readAllBytes(segment());
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(bytes, 0, 1024), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("read on");
            }
        });

        Exchange exchange = send("virtnbd:inspect", broken);

        assertThat(exchange.getException()).isNull();
        assertReport(exchange).containsEntry("checkpoint", "virtnbd.0")
                .containsEntry("parentCheckpoint", "").containsEntry("incremental", false).containsEntry("compressed", true);
        assertThat(exchange.getMessage().getHeaders()).containsEntry(VirtNbdConstants.DISK, "vda");
    }

    @Test
    void inspectListsADirectory() {
        Exchange exchange = send("virtnbd:inspect?disk=vda", directory.toFile());

        assertThat(new ObjectMapper().valueToTree(exchange.getMessage().getBody()).at("/disks/vda/1/segmentIndex").asInt())
                .isEqualTo(1);
    }

    @Test
    void bothRefuseWhatIsNoStream() {
        for (String operation : List.of("virtnbd:verify", "virtnbd:inspect")) {
            assertThat(send(operation, "not a file".getBytes(StandardCharsets.US_ASCII)).getException())
                    .satisfies(failure -> assertThat(failure instanceof MalformedStreamException
                            || failure.getCause() instanceof MalformedStreamException).isTrue());
            assertThat(send(operation, 5).getException()).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
