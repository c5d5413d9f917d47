/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.ChainException;
import io.virtnbd.engine.ServedDisk;
import io.virtnbd.sparsestream.SparseStreamWriter;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.testing.Patience;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestoreTest extends RouteTestSupport {

    private static final int VERSIONS = 5;

    private Path set;
    private Path image;

    @BeforeEach
    void backUp() throws Exception {
        set = Files.createDirectory(directory.resolve("set"));
        image = directory.resolve("out/disk.raw");
        routes(routes -> routes.from("direct:backup").to(backup("")).split().body().streaming().stopOnException()
                .to("file:" + set));
        assertThat(template().send("direct:backup", exchange -> { }).getException()).isNull();
    }

    private Path stream() {
        return set.resolve("vda.copy.data");
    }

    private Exchange restore(String options, Object body) {
        return template().send("virtnbd:restore?" + options, exchange -> exchange.getMessage().setBody(body));
    }

    private void assertRestored(Exchange exchange, Path expected) throws IOException {
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isEqualTo(expected.toFile());
        assertThat(exchange.getMessage().getHeaders()).containsEntry(VirtNbdConstants.VIRTUAL_SIZE, (long) DISK_SIZE)
                .containsEntry(VirtNbdConstants.CHECKPOINT, "virtnbd.0");
        assertThat(Files.readAllBytes(expected)).isEqualTo(disk.content());
    }

    @Test
    void restoresADirectoryInTheBody() throws Exception {
        assertRestored(restore("image=" + image, set.toFile()), image);
        assertRestored(restore("overwrite=true&image=" + image, set.toString()), image);
        assertRestored(restore("overwrite=true&image=" + image, set), image);
    }

    @Test
    void restoresADirectoryInTheOptionWhateverTheBodyIs() throws Exception {
        assertRestored(restore("directory=" + set + "&image=" + image, "tick"), image);
    }

    @Test
    void restoresAStreamInEveryForm() throws Exception {
        byte[] bytes = Files.readAllBytes(stream());
        for (Object body : List.of(stream(), stream().toFile(), stream().toString(), bytes, new ByteArrayInputStream(bytes),
                ByteBuffer.wrap(bytes), List.of(stream()), List.of(bytes))) {
            assertRestored(restore("overwrite=true&image=" + image, body), image);
        }
    }

    @Test
    void restoresAFileThatTheFileComponentConsumed() throws Exception {
        routes(routes -> routes.from("file:" + set + "?noop=true&include=.*[.]data&initialDelay=0&repeatCount=1")
                .to("virtnbd:restore?image=" + image).to("mock:restored"));

        getMockEndpoint("mock:restored").setResultWaitTime(Patience.LONGEST.toMillis());
        getMockEndpoint("mock:restored").expectedMessageCount(1);
        getMockEndpoint("mock:restored").assertIsSatisfied();
        assertThat(Files.readAllBytes(image)).isEqualTo(disk.content());
    }

    @Test
    void clonesADiskInOneRouteFromTheBackupsOwnMessages() throws Exception {
        routes(routes -> routes.from("direct:start").to(backup("compression=lz4")).split().body().streaming().stopOnException()
                .filter(routes.header(VirtNbdConstants.ARTIFACT).isEqualTo("disk")).to("virtnbd:restore?image=" + image));

        assertThat(send().getException()).isNull();
        assertThat(Files.readAllBytes(image)).isEqualTo(disk.content());
    }

    @Test
    void theSourceOfABackupIsNeverTheTargetOfTheRestoreBehindIt() throws Exception {
        byte[] before = disk.content();
        routes(routes -> routes.from("direct:start").to("virtnbd:backup").split().body().streaming().stopOnException()
                .filter(routes.header(VirtNbdConstants.ARTIFACT).isEqualTo("disk")).to("virtnbd:restore"));

        Exchange exchange = template().send("direct:start", request ->
                request.getMessage().setHeader(VirtNbdConstants.NBD_URI, disk.uri().toString()));

        assertThat(exchange.getException())
                .hasStackTraceContaining("restore needs a target: the option image, nbdUri or directory");
        assertThat(disk.content()).isEqualTo(before);
    }

    @Test
    void restoresToAnExport() throws Exception {
        try (ServedDisk target = new ServedDisk(DISK_SIZE)) {
            target.write(1000, new byte[] {1, 2, 3});

            Exchange exchange = restore("nbdUri=" + target.uri(), set.toFile());

            assertThat(exchange.getException()).isNull();
            assertReport(exchange).containsEntry("disk", "vda").containsEntry("streams", 1);
            assertThat(target.content()).isEqualTo(disk.content());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4"})
    void restoresSegmentsOneByOneToAnExport(String compression) throws Exception {
        try (ServedDisk target = new ServedDisk(DISK_SIZE)) {
            target.write(1000, new byte[] {1, 2, 3});
            routes(routes -> routes.from("direct:start").to(backup("unit=segment&segmentSize=256k&compression=" + compression))
                    .split().body().streaming().stopOnException().parallelProcessing()
                    .filter(routes.header(VirtNbdConstants.ARTIFACT).isEqualTo("segment"))
                    .to("virtnbd:restore?nbdUri=" + target.uri()).to("mock:restored"));

            assertThat(send().getException()).isNull();
            assertThat(target.content()).isEqualTo(disk.content());
        }
        List<Exchange> restored = getMockEndpoint("mock:restored").getExchanges();
        assertThat(restored).hasSizeGreaterThan(2);
        assertReport(restored.get(0)).containsEntry("segmentCount", restored.size()).containsKey("segmentIndex");
    }

    @Test
    void headersOverrideTheOptionsOfTheEndpointAndEndThere() throws Exception {
        Exchange exchange = template().send("virtnbd:restore?disk=vda&format=qcow2&image=/nowhere/disk", request -> {
            request.getMessage().setHeader(VirtNbdConstants.DIRECTORY, set.toString());
            request.getMessage().setHeader(VirtNbdConstants.IMAGE, image.toString());
            request.getMessage().setHeader(VirtNbdConstants.FORMAT, "raw");
            request.getMessage().setHeader(VirtNbdConstants.UNTIL, "virtnbd.0");
            request.getMessage().setHeader(VirtNbdConstants.OVERWRITE, "true");
        });

        assertRestored(exchange, image);
        assertThat(exchange.getMessage().getHeaders()).doesNotContainKeys(VirtNbdConstants.DIRECTORY, VirtNbdConstants.IMAGE,
                VirtNbdConstants.FORMAT, VirtNbdConstants.UNTIL, VirtNbdConstants.OVERWRITE);
        Exchange again = template().send("virtnbd:restore?overwrite=true&directory=" + set, request -> {
            request.getMessage().setHeader(VirtNbdConstants.IMAGE, image.toString());
            request.getMessage().setHeader(VirtNbdConstants.OVERWRITE, false);
        });
        assertThat(again.getException()).hasMessageContaining("overwrite is off; set overwrite=true");
        Exchange unknown = template().send("virtnbd:restore?overwrite=true&image=" + image + "&directory=" + set, request ->
                request.getMessage().setHeader(VirtNbdConstants.UNTIL, "virtnbd.7"));
        assertThat(unknown.getException()).isInstanceOf(ChainException.class).hasMessageContaining("virtnbd.7");
    }

    @Test
    void restoresEveryDiskOfASetToADirectory() throws Exception {
        Files.delete(set.resolve("web1.virtnbd.0.json"));
        Files.copy(withDiskName("sdb", "virtnbd.0", ""), set.resolve("sdb.copy.data"));

        Exchange exchange = restore("format=raw&directory=" + image.getParent(), set.toFile());

        assertThat(exchange.getException()).isNull();
        File vda = image.resolveSibling("vda.raw").toFile();
        File sdb = image.resolveSibling("sdb.raw").toFile();
        assertThat(exchange.getMessage().getBody()).isEqualTo(Map.of("sdb", sdb, "vda", vda));
        assertThat(Files.readAllBytes(vda.toPath())).isEqualTo(disk.content());
        assertThat(sdb).hasSize(DISK_SIZE);
    }

    @Test
    void restoresTheNamedDiskOfASetToADirectory() throws Exception {
        Files.copy(withDiskName("sdb", "virtnbd.0", ""), set.resolve("sdb.copy.data"));

        assertRestored(restore("disk=vda&format=raw&directory=" + image.getParent(), set.toFile()),
                image.resolveSibling("vda.raw"));
        assertThat(image.getParent().toFile().list()).containsExactly("vda.raw");
    }

    @Test
    void restoresAStreamThatCanBeReadOnceToTheDirectorysImageOfItsDisk() throws Exception {
        Path restored = image.resolveSibling("vda.raw");
        try (InputStream once = Files.newInputStream(stream())) {
            assertRestored(restore("format=raw&directory=" + image.getParent(), once), restored);
        }
    }

    @Test
    void aDiskNameThatLeadsOutOfTheDirectoryIsRefused() throws Exception {
        Exchange exchange = restore("format=raw&directory=" + image.getParent(),
                withDiskName("../../escaped", "virtnbd.0", ""));

        assertThat(exchange.getException()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("../../escaped");
        assertThat(directory.resolve("escaped.raw")).doesNotExist();
    }

    @Test
    void anImageThatIsThereIsLeftAlone() throws Exception {
        Files.createDirectories(image.getParent());
        Files.writeString(image, "precious");
        Files.writeString(image.resolveSibling("vda.qcow2"), "precious");

        assertThat(restore("image=" + image, set.toFile()).getException()).isInstanceOf(IOException.class)
                .hasMessageContaining(image.toString());
        assertThat(restore("directory=" + image.getParent(), set.toFile()).getException())
                .isInstanceOf(FileAlreadyExistsException.class).hasMessageContaining("overwrite=true");
        assertThat(image).hasContent("precious");
        assertThat(image.resolveSibling("vda.qcow2")).hasContent("precious");
    }

    @Test
    void anIncrementAloneIsRefused() throws Exception {
        Exchange exchange = restore("image=" + image, withDiskName("vda", "virtnbd.1", "virtnbd.0"));

        assertThat(exchange.getException()).isInstanceOf(ChainException.class);
        assertThat(image).doesNotExist();
    }

    @Test
    void aDamagedStreamLeavesNoImage() throws Exception {
        byte[] bytes = Files.readAllBytes(stream());

        Exchange exchange = restore("image=" + image, Arrays.copyOf(bytes, bytes.length - 1));

        assertThat(exchange.getException()).isInstanceOf(IOException.class).hasMessageContaining("byte ");
        assertThat(image.getParent().toFile().list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/nowhere/vda.copy.data,a file that exists", "'',java.lang.String"})
    void textThatNamesNothingIsRefused(String body, String expected) {
        assertThat(restore("image=" + image, body).getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void bodiesThatAreNoStreamsAreRefused() {
        assertThat(restore("image=" + image, null).getException())
                .hasMessageStartingWith("the body is empty, expected a stream");
        assertThat(restore("image=" + image, List.of()).getException()).hasMessageStartingWith("the body is an empty list");
        assertThat(restore("image=" + image, List.of(stream(), 5)).getException())
                .hasMessageStartingWith("the body, element 1 is a java.lang.Integer");
    }

    @ParameterizedTest
    @CsvSource({"plain,virtnbdbackup.2,2", "lz4,,4"})
    void restoresSetsOfTheReferenceUntilACheckpoint(String name, String until, int version) throws Exception {
        Path golden = golden(name);

        Exchange exchange = restore("image=" + image + (until == null ? "" : "&until=" + until), golden.toFile());

        assertThat(exchange.getException()).isNull();
        List<String> checksums = Files.readAllLines(golden.resolve("expected-raw.sha256"));
        assertThat(checksums).hasSize(VERSIONS);
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(image))))
                .isEqualTo(checksums.get(version).substring(0, 64));
    }

    private static Path golden(String name) throws URISyntaxException {
        return Path.of(RestoreTest.class.getResource("/golden/" + name).toURI());
    }

    /** A stream of zeroes that says it belongs to that disk. */
    private Path withDiskName(String name, String checkpoint, String parent) throws IOException {
        StreamMetadata metadata = StreamMetadata.builder().virtualSize(DISK_SIZE).diskName(name).diskFormat("raw")
                .checkpointName(checkpoint).parentCheckpoint(parent).incremental(!parent.isEmpty()).build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SparseStreamWriter writer = new SparseStreamWriter(bytes, metadata)) {
            writer.zero(0, DISK_SIZE);
            writer.stop();
        }
        return Files.write(Files.createTempFile(directory, "made", ".data"), bytes.toByteArray());
    }
}
