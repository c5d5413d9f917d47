/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server and the clients that people have. Exports: a sparse file to read, an empty file and memory to write. */
@RequiresTools({"nbdinfo", "nbdcopy", "qemu-img", "qemu-io"})
class NbdServerToolsIT {

    private static final int MIB = 1 << 20;
    /** Whole sectors, as QEMU writes nothing else, but not whole pages. */
    private static final long SIZE = 64L * MIB + 3 * 512;

    @TempDir
    Path directory;
    private Path image;
    private Path written;
    private RawFileExport source;
    private RawFileExport target;
    private final List<NbdServer> servers = new ArrayList<>();

    @BeforeEach
    void openExports() throws IOException {
        image = TestImages.sparse(directory.resolve("image.raw"), SIZE, 42);
        written = TestImages.empty(directory.resolve("written.raw"), SIZE);
        source = RawFileExport.readOnly(image);
        target = RawFileExport.writable(written);
    }

    @AfterEach
    void closeEverything() throws IOException {
        for (NbdServer server : servers) {
            server.close();
        }
        source.close();
        target.close();
    }

    private NbdServer serve(boolean tcp) throws IOException {
        NbdServerBuilder builder = NbdServer.builder()
                .export("", source).export("the target", target).export("memory", new MemoryExport(SIZE));
        NbdServer server = (tcp ? builder.tcp(0) : builder.unixSocket(directory.resolve("nbd sock"))).build().start();
        servers.add(server);
        return server;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nbdinfoShowsTheExports(boolean tcp) throws IOException {
        NbdServer server = serve(tcp);
        JsonNode info = json("nbdinfo", "--json", server.uri(""));
        assertThat(info.get("protocol").asText()).isEqualTo("newstyle-fixed");
        assertThat(info.get("structured").asBoolean()).isTrue();
        JsonNode export = info.get("exports").get(0);
        assertThat(export.get("export-size").asLong()).isEqualTo(SIZE);
        assertThat(export.get("is_read_only").asBoolean()).isTrue();
        assertThat(export.get("can_multi_conn").asBoolean()).isTrue();
        assertThat(export.get("can_df").asBoolean()).isTrue();
        assertThat(export.get("can_trim").asBoolean()).isFalse();
        assertThat(export.get("contexts")).singleElement().extracting(JsonNode::asText).isEqualTo("base:allocation");
        assertThat(export.get("block_size_minimum").asInt()).isEqualTo(1);
        assertThat(export.get("block_size_maximum").asInt()).isEqualTo(32 * MIB);

        JsonNode all = json("nbdinfo", "--list", "--json", server.uri("")).get("exports");
        assertThat(all).extracting(node -> node.get("export-name").asText()).containsExactly("", "the target", "memory");
        assertThat(all.get(1).get("can_trim").asBoolean()).isTrue();
        assertThat(all.get(1).get("can_zero").asBoolean()).isTrue();
        assertThat(all.get(1).get("can_fua").asBoolean()).isTrue();
        String unknown = server.uri("memory").replace("/memory", "/nothing");
        assertThat(Tool.tryRun("nbdinfo", unknown).output()).contains("No such file or directory for export: nothing");
    }

    @Test
    void nbdinfoMapsTheHolesOfTheFile() throws IOException {
        List<Extent> extents = new ArrayList<>();
        for (JsonNode node : json("nbdinfo", "--map", "--json", serve(false).uri(""))) {
            assertThat(node.get("type").asInt()).isIn(0, 3);
            extents.add(new Extent(node.get("offset").asLong(), node.get("length").asLong(),
                    node.get("type").asInt() == 0 ? ExtentType.DATA : ExtentType.ZERO));
        }
        assertThat(extents).hasSizeGreaterThan(20).containsExactlyElementsOf(ExportContract.extents(source, 0, SIZE));
    }

    @Test
    void nbdinfoMapsADiskOfEightTebibytes() throws IOException {
        long size = 8L << 40;
        MemoryExport huge = new MemoryExport(size);
        huge.write(5L << 40, ByteBuffer.allocate(MemoryExport.PAGE));
        NbdServer server = NbdServer.builder().export("", huge).unixSocket(directory.resolve("huge")).build().start();
        servers.add(server);
        JsonNode map = json("nbdinfo", "--map", "--json", server.uri(""));
        assertThat(map).extracting(node -> node.get("length").asLong())
                .containsExactly(5L << 40, (long) MemoryExport.PAGE, size - (5L << 40) - MemoryExport.PAGE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nbdcopyCopiesInBothDirections(boolean tcp) throws IOException {
        NbdServer server = serve(tcp);
        Path copy = directory.resolve("copy.raw");
        Tool.run("nbdcopy", server.uri(""), copy.toString());
        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
        Tool.run("nbdcopy", "--flush", image.toString(), server.uri("the target"));
        assertThat(Files.mismatch(image, written)).isEqualTo(-1);
        Tool.run("nbdcopy", server.uri(""), server.uri("memory"));
        Tool.run("nbdcopy", "--synchronous", server.uri("memory"), copy.toString());
        assertThat(Files.mismatch(image, copy)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 511, 1_000_001})
    void nbdcopyCopiesDisksOfOddSizes(long size) throws IOException {
        Path odd = TestImages.sparse(directory.resolve("odd"), size, size);
        Path copy = directory.resolve("copy");
        try (RawFileExport export = RawFileExport.readOnly(odd);
                NbdServer server = NbdServer.builder().export("", export).build().start()) {
            Tool.run("nbdcopy", server.uri(""), copy.toString());
        }
        assertThat(Files.mismatch(odd, copy)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void qemuImgConvertsComparesAndMaps(boolean tcp) throws IOException {
        NbdServer server = serve(tcp);
        Path copy = directory.resolve("copy.qcow2");
        Tool.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", server.uri(""), copy.toString());
        assertThat(Tool.run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", server.uri(""), copy.toString()))
                .contains("identical");
        Tool.run("qemu-img", "convert", "-n", "-f", "qcow2", "-O", "raw", copy.toString(), server.uri("the target"));
        assertThat(Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", image.toString(), server.uri("the target")))
                .contains("identical");
        long holes = 0;
        for (JsonNode node : json("qemu-img", "map", "-f", "raw", "--output=json", server.uri(""))) {
            holes += node.get("zero").asBoolean() ? node.get("length").asLong() : 0;
        }
        long expected = ExportContract.extents(source, 0, SIZE).stream()
                .filter(extent -> extent.type() == ExtentType.ZERO).mapToLong(Extent::length).sum();
        assertThat(holes).isEqualTo(expected);
    }

    @Test
    void qemuIoReadsWritesZeroesAndDiscards() throws IOException {
        NbdServer server = serve(false);
        for (String export : List.of("the target", "memory")) {
            Tool.Result result = Tool.tryRun("qemu-io", "-f", "raw", server.uri(export),
                    "-c", "write -P 0x11 0 4M", "-c", "write -f -P 0x22 1M 64k", "-c", "write -z 2M 1M",
                    "-c", "write -z -u 3M 512k", "-c", "discard 3584k 512k", "-c", "flush",
                    "-c", "read -P 0x11 0 1M", "-c", "read -P 0x22 1M 64k", "-c", "read -P 0x11 1088k 960k",
                    "-c", "read -P 0 2M 2M", "-c", "read -P 0 40M 1M");
            assertThat(result.output()).doesNotContain("ailed").doesNotContain("rror");
            assertThat(result.exitCode()).isZero();
        }
        List<Extent> extents = ExportContract.extents(target, 0, 4 * MIB);
        assertThat(extents).last().isEqualTo(new Extent(2 * MIB, 2 * MIB, ExtentType.ZERO));
        Tool.Result refused = Tool.tryRun("qemu-io", "-f", "raw", server.uri(""), "-c", "write 0 512");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.output()).contains("Permission denied");
    }

    @Test
    void keepsManyClientsApart() throws IOException {
        NbdServer server = serve(false);
        List<CompletableFuture<Void>> copies = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path copy = directory.resolve("copy" + i);
            copies.add(copy(server.uri(""), copy.toString()));
        }
        copies.add(copy(image.toString(), server.uri("memory")));
        copies.add(copy(image.toString(), server.uri("the target")));
        copies.forEach(CompletableFuture::join);
        for (int i = 0; i < 4; i++) {
            assertThat(Files.mismatch(image, directory.resolve("copy" + i))).isEqualTo(-1);
        }
        assertThat(Files.mismatch(image, written)).isEqualTo(-1);
        Path memory = directory.resolve("memory");
        Tool.run("nbdcopy", server.uri("memory"), memory.toString());
        assertThat(Files.mismatch(image, memory)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void doesToAnExportWhatQemuIoDoesToAFile(long seed) throws IOException {
        NbdServer server = serve(seed % 2 == 0);
        Path model = TestImages.empty(directory.resolve("model.raw"), SIZE);
        Random random = new Random(seed);
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            long offset = random.nextInt(64 * MIB - 2 * MIB);
            int length = 1 + random.nextInt(random.nextInt(5) == 0 ? 2 * MIB : 100_000);
            commands.add("-c");
            commands.add(switch (random.nextInt(5)) {
                case 0 -> "write -z " + offset + " " + length;
                case 1 -> "write -z -u " + offset + " " + length;
                case 2 -> "read " + offset + " " + length;
                default -> "write -P " + (1 + random.nextInt(255)) + " " + offset + " " + length;
            });
        }
        for (String disk : List.of(model.toString(), server.uri("the target"), server.uri("memory"))) {
            List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "raw", disk));
            command.addAll(commands);
            assertThat(Tool.run(command.toArray(String[]::new))).doesNotContain("ailed");
        }
        assertThat(Files.mismatch(model, written)).isEqualTo(-1);
        Path memory = directory.resolve("memory");
        Tool.run("nbdcopy", server.uri("memory"), memory.toString());
        assertThat(Files.mismatch(model, memory)).isEqualTo(-1);
    }

    private static CompletableFuture<Void> copy(String from, String to) {
        return CompletableFuture.runAsync(() -> Tool.run("nbdcopy", "--flush", from, to));
    }

    private static JsonNode json(String... command) throws IOException {
        return new ObjectMapper().readTree(Tool.run(command));
    }
}
