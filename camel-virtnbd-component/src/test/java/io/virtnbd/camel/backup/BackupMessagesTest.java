/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.delivery.BackupBody;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Manifest;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.sparsestream.SparseStreamReader;
import io.virtnbd.sparsestream.StreamVerifier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.TypeConversionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupMessagesTest extends RouteTestSupport {

    private final List<Message> messages = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();

    private void backUp(String options) throws Exception {
        routes(routes -> routes.from("direct:start").to(backup(options)).split().body().streaming().stopOnException()
                .process(this::record));
        Exchange exchange = send();
        assertThat(exchange.getException()).isNull();
    }

    private void record(Exchange exchange) throws Exception {
        messages.add(exchange.getMessage());
        bodies.add(exchange.getMessage().getMandatoryBody(InputStream.class).readAllBytes());
    }

    private List<String> headers(String name) {
        return messages.stream().map(message -> message.getHeader(name, String.class)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void aDiskIsOneStreamThenTheDomainThenTheManifest(String compression) throws Exception {
        backUp("compression=" + compression);

        assertThat(headers(VirtNbdConstants.FILE_NAME))
                .containsExactly("vda.copy.data", "vmconfig.virtnbd.0.xml", "web1.virtnbd.0.json");
        assertThat(headers(VirtNbdConstants.ARTIFACT)).containsExactly("disk", "domainXml", "manifest");
        assertThat(applied(bodies.subList(0, 1))).isEqualTo(disk.content());
    }

    @Test
    void headersTellOfTheStream() throws Exception {
        backUp("");

        Message stream = messages.get(0);
        assertThat(stream.getHeaders())
                .containsEntry(VirtNbdConstants.DOMAIN, "web1")
                .containsEntry(VirtNbdConstants.DISK, "vda")
                .containsEntry(VirtNbdConstants.LEVEL, "copy")
                .containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.0")
                .containsEntry(VirtNbdConstants.PARENT_CHECKPOINT, "")
                .containsEntry(VirtNbdConstants.VIRTUAL_SIZE, (long) DISK_SIZE)
                .containsEntry(VirtNbdConstants.CONTENT_LENGTH, (long) bodies.get(0).length)
                .containsEntry(VirtNbdConstants.DATA_SIZE,
                        StreamVerifier.verify(new ByteArrayInputStream(bodies.get(0))).dataBytes());
        assertThat(messages.get(2).getHeaders()).containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.0")
                .doesNotContainKeys(VirtNbdConstants.DISK, VirtNbdConstants.DATA_SIZE, VirtNbdConstants.CONTENT_LENGTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void segmentsAreStreamsOfTheirOwnOfKnownLength(String compression) throws Exception {
        backUp("unit=segment&segmentSize=256k&compression=" + compression);

        int count = messages.size() - 2;
        assertThat(count).isGreaterThan(2);
        for (int i = 0; i < count; i++) {
            assertThat(messages.get(i).getHeaders())
                    .containsEntry(VirtNbdConstants.FILE_NAME, "vda.copy.0000" + i + ".data")
                    .containsEntry(VirtNbdConstants.SEGMENT_INDEX, i)
                    .containsEntry(VirtNbdConstants.SEGMENT_COUNT, count)
                    .containsEntry(VirtNbdConstants.CONTENT_LENGTH, (long) bodies.get(i).length)
                    .containsEntry(VirtNbdConstants.DATA_SIZE, StreamVerifier.verify(new ByteArrayInputStream(bodies.get(i)))
                            .dataBytes());
        }
        assertThat(applied(bodies.subList(0, count))).isEqualTo(disk.content());
    }

    @Test
    void framesJoinedAreTheStream() throws Exception {
        backUp("unit=frame&requestSize=64k");

        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] body : bodies) {
            joined.write(body);
        }
        assertThat(applied(List.of(joined.toByteArray()))).isEqualTo(disk.content());
        assertThat(headers(VirtNbdConstants.FRAME_KIND)).startsWith("meta").endsWith("stop").contains("data", "zero");
        assertThat(headers(VirtNbdConstants.ARTIFACT)).containsOnly("frame");
        assertThat(messages).allSatisfy(message -> assertThat(message.getBody()).isInstanceOf(byte[].class));
        Message data = messages.stream()
                .filter(message -> "data".equals(message.getHeader(VirtNbdConstants.FRAME_KIND))).findFirst().orElseThrow();
        assertThat(new String((byte[]) data.getBody(), 0, 38, StandardCharsets.US_ASCII)).isEqualTo(
                "data %016x %016x".formatted(data.getHeader(VirtNbdConstants.FRAME_START, Long.class),
                        data.getHeader(VirtNbdConstants.FRAME_LENGTH, Long.class)));
    }

    @Test
    void theManifestListsWhatWasRead() throws Exception {
        backUp("unit=segment&segmentSize=1m");

        Manifest manifest = Manifest.parse(bodies.get(bodies.size() - 1));
        assertThat(manifest.domain()).isEqualTo("web1");
        assertThat(manifest.level()).isEqualTo("copy");
        assertThat(manifest.checkpoint()).isEqualTo("virtnbd.0");
        assertThat(manifest.artifacts()).hasSize(bodies.size() - 1);
        for (int i = 0; i < manifest.artifacts().size(); i++) {
            byte[] body = bodies.get(i);
            assertThat(manifest.artifacts().get(i).name()).isEqualTo(headers(VirtNbdConstants.FILE_NAME).get(i));
            assertThat(manifest.artifacts().get(i).bytes()).isEqualTo(body.length);
            assertThat(manifest.artifacts().get(i).sha256()).isEqualTo(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(body)));
        }
    }

    @Test
    void theManifestHasNoChecksumsWhereNoneAreWanted() throws Exception {
        backUp("checksum=none");

        assertThat(Manifest.parse(bodies.get(2)).artifacts())
                .hasSize(2).allSatisfy(entry -> assertThat(entry.sha256()).isNull());
    }

    @Test
    void theRequestsHeadersOverrideOptionsAndReachEveryMessageOrEndThere() throws Exception {
        routes(routes -> routes.from("direct:start").to("virtnbd:backup").split().body().streaming().process(this::record));

        Exchange exchange = template().request("direct:start", request -> {
            request.getMessage().setHeader(VirtNbdConstants.NBD_URI, disk.uri().toString());
            request.getMessage().setHeader(VirtNbdConstants.DOMAIN, "db");
            request.getMessage().setHeader(VirtNbdConstants.DISK, "sda");
            request.getMessage().setHeader(VirtNbdConstants.COMPRESSION, "lz4");
            request.getMessage().setHeader(VirtNbdConstants.COMPRESSION_LEVEL, 9);
            request.getMessage().setHeader("customer", "c1");
        });

        assertThat(exchange.getException()).isNull();
        assertThat(headers(VirtNbdConstants.FILE_NAME)).containsExactly("sda.copy.data", "vmconfig.virtnbd.0.xml",
                "db.virtnbd.0.json");
        assertThat(headers("customer")).containsOnly("c1");
        assertThat(headers(VirtNbdConstants.NBD_URI)).containsOnlyNulls();
        assertThat(exchange.getMessage().getHeader(VirtNbdConstants.NBD_URI)).isNull();
        try (SparseStreamReader reader = SparseStreamReader.open(new ByteArrayInputStream(bodies.get(0)))) {
            assertThat(reader.metadata().compressionLevel()).hasValue(9);
        }
    }

    @Test
    void headersLeftByOneBackupDoNotRedirectTheNext() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("disk=sda")).to("virtnbd:backup:db?nbdUri=" + disk.uri())
                .split().body().streaming().stopOnException().process(this::record));

        assertThat(send().getException()).isNull();
        assertThat(headers(VirtNbdConstants.FILE_NAME)).containsExactly("vda.copy.data", "vmconfig.virtnbd.0.xml",
                "db.virtnbd.0.json");
    }

    @Test
    void progressIsTold() throws Exception {
        List<Long> progress = new CopyOnWriteArrayList<>();
        context().getRegistry().bind("progress", (ProgressListener) (name, done, total) -> {
            assertThat(name).isEqualTo("vda");
            progress.add(total - done);
        });

        backUp("progressListener=#progress");

        assertThat(progress).hasSizeGreaterThan(2).endsWith(0L);
    }

    @ParameterizedTest
    @CsvSource({VirtNbdConstants.COMPRESSION_LEVEL + ",many,Integer", VirtNbdConstants.UNIT + ",disc,'[disk, segment, frame]'"})
    void aHeaderThatIsNoSuchOptionIsRefused(String header, String value, String expected) throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")));

        Exchange exchange = template().request("direct:start", request -> request.getMessage().setHeader(header, value));

        assertThat(exchange.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header " + header + " is '" + value + "', expected " + expected);
    }

    @Test
    void theBodyLeftByABackupTellsOfItAndIsNotMistakenForText() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).process(exchange -> {
            assertThat(exchange.getMessage().getBody()).isInstanceOf(BackupBody.class).hasToString("backup virtnbd.0 of web1");
            assertThat(exchange.getMessage().getHeaders()).containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.0")
                    .containsEntry(VirtNbdConstants.DOMAIN, "web1").containsEntry(VirtNbdConstants.LEVEL, "copy");
            assertThatThrownBy(() -> exchange.getMessage().getBody(String.class)).isInstanceOf(TypeConversionException.class)
                    .hasStackTraceContaining("split the body");
        }));

        assertThat(send().getException()).isNull();
    }

    @Test
    void aWholeDiskIsNeverConvertedToBytesOrTextInMemory() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("")).split().body().streaming().stopOnException()
                .filter(routes.header(VirtNbdConstants.ARTIFACT).isEqualTo("disk")).process(exchange -> {
                    assertThatThrownBy(() -> exchange.getMessage().getBody(byte[].class))
                            .hasStackTraceContaining("unit=segment");
                    assertThatThrownBy(() -> exchange.getMessage().getBody(String.class))
                            .hasStackTraceContaining("is not text");
                    messages.add(exchange.getMessage());
                }));

        assertThat(send().getException()).isNull();
        assertThat(messages).hasSize(1);
    }

    @Test
    void segmentsConvertToBytesAndTextsToText() throws Exception {
        List<Object> converted = new ArrayList<>();
        routes(routes -> routes.from("direct:start").to(backup("unit=segment")).split().body().streaming().stopOnException()
                .process(exchange -> {
                    Class<?> type = converted.isEmpty() ? byte[].class : String.class;
                    converted.add(exchange.getMessage().getBody(type));
                }));

        assertThat(send().getException()).isNull();
        assertThat(applied(List.of((byte[]) converted.get(0)))).isEqualTo(disk.content());
        assertThat((String) converted.get(1)).contains("<name>web1</name>").contains("<target dev=\"vda\"");
        assertThat((String) converted.get(2)).contains("\"vda.copy.00000.data\"");
    }

    @Test
    void anExportThatIsNotThereFailsTheExchange() throws Exception {
        routes(routes -> routes.from("direct:start")
                .to("virtnbd:backup?nbdUri=nbd+unix:///?socket=" + directory.resolve("nothing.sock")));

        assertThat(send().getException()).isInstanceOf(IOException.class).hasMessageContaining("nothing.sock");
    }
}
