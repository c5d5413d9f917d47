/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images in qcow2 are made as the original one was, and compared with what was backed up. */
@RequiresTools({"qemu-img", "qemu-nbd"})
class OriginalImageIT extends RouteTestSupport {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Path image() {
        return directory.resolve("restored.qcow2");
    }

    /** A set with what qemu-img says of an image with such options, as a backup of a domain has it. */
    private Path set(String options) throws Exception {
        Path set = directory.resolve("set");
        routes(routes -> routes.from("direct:backup").to(backup("compression=lz4")).split().body().streaming()
                .to("file:" + set + "?fileName=${file:name}"));
        assertThat(template().send("direct:backup", exchange -> { }).getException()).isNull();
        Path original = directory.resolve("original.qcow2");
        Tool.run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, original.toString(), Integer.toString(DISK_SIZE));
        Files.writeString(set.resolve(BackupFileNames.imageInfo("vda", "virtnbd.0")),
                Tool.run("qemu-img", "info", "--output=json", original.toString()));
        return set;
    }

    private static JsonNode info(Path image) throws IOException {
        return MAPPER.readTree(Tool.run("qemu-img", "info", "--output=json", image.toString()));
    }

    private void assertSameOptions(Path original) throws IOException {
        JsonNode expected = info(original);
        JsonNode found = info(image());
        assertThat(found.get("cluster-size")).isEqualTo(expected.get("cluster-size"));
        assertThat(found.at("/format-specific/data")).isEqualTo(expected.at("/format-specific/data"));
    }

    private void assertContent() throws IOException {
        Path raw = directory.resolve("restored.raw");
        Tool.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image().toString(), raw.toString());
        assertThat(raw).hasBinaryContent(disk.content());
    }

    private Exchange restore(String options, Object body) {
        return template().send("virtnbd:restore?image=" + image() + options, exchange -> exchange.getMessage().setBody(body));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cluster_size=128k,extended_l2=on|full", "compat=0.10,cluster_size=4k|structure",
        "cluster_size=2M,lazy_refcounts=on,refcount_bits=64|structure"})
    void theImageHasTheOptionsOfTheOriginalAndTheContent(String options, String check) throws Exception {
        Path set = set(options);

        assertThat(restore("&verify=true&check=" + check, set).getException()).isNull();

        assertSameOptions(directory.resolve("original.qcow2"));
        assertContent();
        assertThat(restore("&overwrite=true&verify=true&originalOptions=false", set).getException()).isNull();
        assertThat(info(image()).get("cluster-size").asInt()).isEqualTo(65536);
        assertContent();
    }

    @Test
    void aListIsVerifiedInQcow2Too() throws Exception {
        Path set = set("cluster_size=64k");
        assertThat(restore("&verify=true", List.of(set.resolve("vda.copy.data"))).getException()).isNull();
        assertContent();
    }

    /** Until the differential, whose file is named otherwise, and before it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "&until=virtnbdbackup.1"})
    void setsOfTheReferenceTellTheOptionsToo(String until) throws Exception {
        Path golden = Path.of(getClass().getResource("/golden/plain").toURI());
        Path set = Files.createDirectory(directory.resolve("golden"));
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = file.toString().endsWith(".qcow.json") ? Files.readString(file) : null;
                Path copy = Files.copy(file, set.resolve(file.getFileName()));
                if (text != null) {
                    Files.writeString(copy, text.replace("\"cluster-size\": 65536", "\"cluster-size\": 32768"));
                }
            }
        }

        assertThat(restore("&verify=true" + until, set).getException()).isNull();

        assertThat(info(image()).get("cluster-size").asInt()).isEqualTo(32768);
    }
}
