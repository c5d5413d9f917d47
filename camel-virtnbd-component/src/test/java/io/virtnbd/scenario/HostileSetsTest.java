/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.Level;
import io.virtnbd.scenario.BackupFiles.Checksums;
import io.virtnbd.scenario.StreamFlavour.Payload;
import io.virtnbd.scenario.StreamFlavour.Range;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.sparsestream.StreamMetadataBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sets as nobody makes them by accident: each is refused by restore and by verify, quickly, and nothing is written. */
@Timeout(120)
class HostileSetsTest {
    private static final String STREAM = "vda.copy.data";
    private static final String INCREMENT = "vda.inc.virtnbd.1.data";
    private static final String MANIFEST = "web1.virtnbd.0.json";
    private static final String LAST_MANIFEST = "web1.virtnbd.1.json";

    @TempDir
    Path directory;
    private Path set;
    private final byte[] disk = new byte[50_000];
    private final RestoreRoutes routes = new RestoreRoutes();

    /** Does something to a set. */
    private interface Attack {
        void on(Path set) throws Exception;
    }

    @BeforeEach
    void backUp() throws IOException {
        set = Files.createDirectory(directory.resolve("set"));
        new Random(3).nextBytes(disk);
        backUp(0, List.of(new Range(0, disk.length, false)));
        backUp(1, List.of(new Range(1000, 3000, false)));
    }

    private void backUp(int number, List<Range> ranges) throws IOException {
        String checkpoint = "virtnbd." + number;
        Level level = number == 0 ? Level.COPY : Level.INC;
        BackupFiles files = new BackupFiles(set, Checksums.MANIFEST, "web1");
        files.stream(number == 0 ? STREAM : INCREMENT, stream(metadata(number).build(), ranges), "vda");
        files.sideFiles(checkpoint, List.of("vda"));
        files.end(level, checkpoint, number == 0 ? "" : "virtnbd.0", "2026-01-02T03:04:0" + number);
    }

    private StreamMetadataBuilder metadata(int number) {
        return StreamMetadata.builder().virtualSize(disk.length).diskName("vda").diskFormat("raw")
                .date("2026-01-02T03:04:0" + number).checkpointName("virtnbd." + number).incremental(number > 0)
                .parentCheckpoint(number == 0 ? "" : "virtnbd." + (number - 1));
    }

    private byte[] stream(StreamMetadata metadata, List<Range> ranges) throws IOException {
        return new StreamFlavour(Payload.PLAIN, new Random(1)).stream(metadata, ranges, disk);
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                attack("a manifest that lists a file above the set", set -> edit(set, MANIFEST, STREAM, "../" + STREAM)),
                attack("a manifest that lists an absolute path", set -> edit(set, MANIFEST, STREAM, "/etc/passwd")),
                attack("a manifest with backslashes", set -> edit(set, MANIFEST, STREAM, "..\\\\\\\\" + STREAM)),
                attack("a manifest that lists itself away", set -> edit(set, MANIFEST, "\"" + STREAM, "\"./" + STREAM)),
                attack("a manifest that lists a name twice", set -> edit(set, MANIFEST, "vmconfig.virtnbd.0.xml", STREAM)),
                attack("a manifest with a name in another case", set -> edit(set, MANIFEST, STREAM, "VDA.copy.data")),
                attack("a manifest with an enormous size", set -> edit(set, MANIFEST, "\"bytes\" : [0-9]+",
                        "\"bytes\" : 9223372036854775807")),
                attack("a manifest with a size that is no number of 64 bits", set -> edit(set, MANIFEST, "\"bytes\" : [0-9]+",
                        "\"bytes\" : 1" + "0".repeat(1000))),
                attack("a manifest that is nested deeply", set -> Files.writeString(set.resolve(LAST_MANIFEST),
                        "[".repeat(1 << 20))),
                attack("a manifest of another checkpoint under this name", set ->
                        Files.copy(set.resolve(MANIFEST), set.resolve(LAST_MANIFEST), StandardCopyOption.REPLACE_EXISTING)),
                attack("an empty manifest", set -> Files.write(set.resolve(LAST_MANIFEST), new byte[0])),
                attack("all manifests empty", set -> {
                    Files.write(set.resolve(MANIFEST), new byte[0]);
                    Files.write(set.resolve(LAST_MANIFEST), new byte[0]);
                }),
                attack("a directory in place of the manifest", set -> directory(set.resolve(LAST_MANIFEST))),
                attack("a directory in place of a stream", set -> directory(set.resolve(INCREMENT))),
                attack("a pipe in place of a stream", set -> pipe(set.resolve(INCREMENT))),
                attack("a pipe in place of the manifest", set -> pipe(set.resolve(LAST_MANIFEST))),
                attack("a link to nothing in place of a stream", set -> link(set.resolve(INCREMENT), "nothing")),
                attack("a link to itself in place of a stream", set -> link(set.resolve(INCREMENT), INCREMENT)),
                attack("an empty stream", set -> Files.write(set.resolve(INCREMENT), new byte[0])),
                attack("a stream of the right size and no content", set ->
                        Files.write(set.resolve(INCREMENT), new byte[(int) Files.size(set.resolve(INCREMENT))])),
                attack("a stream with the name of its disk in another case", set ->
                        Files.copy(set.resolve(STREAM), set.resolve("VDA.copy.data"))));
    }

    private static Arguments attack(String name, Attack attack) {
        return Arguments.of(name, attack);
    }

    private static void edit(Path set, String file, String regex, String replacement) throws IOException {
        String text = Files.readString(set.resolve(file));
        String edited = text.replaceFirst(regex, replacement);
        assertThat(edited).isNotEqualTo(text);
        Files.writeString(set.resolve(file), edited);
    }

    private static void directory(Path file) throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
    }

    private static void pipe(Path file) throws Exception {
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    }

    private static void link(Path file, String target) throws IOException {
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of(target));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void isRefused(String name, Attack attack) throws Exception {
        attack.on(set);

        assertRefused(set);
    }

    private void assertRefused(Path hostile) throws IOException {
        Path out = directory.resolve("out");
        for (Map<String, Object> headers : List.<Map<String, Object>>of(Map.of(), Map.of(VirtNbdConstants.DISK, "vda"))) {
            Exchange exchange = routes.toImage(hostile, out.resolve("disk.raw"), headers);
            assertThat(exchange.getException()).isInstanceOf(IOException.class);
            if (Files.exists(out)) {
                assertThat(out).isEmptyDirectory();
            }
        }
        assertThat(routes.verify(hostile).getException()).isInstanceOf(IOException.class);
    }

    @Test
    void aCountOfSegmentsThatNobodyHasIsRefused() throws IOException {
        Path hostile = Files.createDirectory(directory.resolve("hostile"));
        Files.write(hostile.resolve("vda.copy.00000.data"), stream(metadata(0).segment(0, Integer.MAX_VALUE).build(),
                List.of(new Range(0, disk.length, false))));

        assertRefused(hostile);
    }

    @Test
    void aDiskLargerThanAnyFileIsRefused() throws IOException {
        Path hostile = Files.createDirectory(directory.resolve("hostile"));
        String frames = "zero 0000000000000000 7fffffffffffffff\r\nstop 0000000000000000 0000000000000000\r\n";
        byte[] json = metadata(0).virtualSize(Long.MAX_VALUE).build().toJson();
        Files.writeString(hostile.resolve("vda.full.data"), String.format("meta %016x %016x\r\n", 0, json.length)
                + new String(json, StandardCharsets.UTF_8) + "\r\n" + frames);

        Path out = Files.createDirectory(directory.resolve("out"));
        assertThat(routes.toImage(hostile, out.resolve("disk.raw"), Map.of()).getException()).isInstanceOf(IOException.class);
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void linksToWholeFilesAreFollowed() throws IOException {
        Path elsewhere = directory.resolve("elsewhere \u00fc");
        Files.move(set.resolve(STREAM), elsewhere);
        Files.createSymbolicLink(set.resolve(STREAM), elsewhere);
        Path image = directory.resolve("out/disk \u00e4.raw");

        assertThat(routes.verify(set).getException()).isNull();
        assertThat(routes.toImage(set, image, Map.of()).getException()).isNull();
        assertThat(image).hasBinaryContent(disk);
    }

    @Test
    void filesThatAreNoneOfOursAreOfNoConcern() throws IOException {
        Files.writeString(set.resolve("notes about vda.copy.data.txt"), "?");
        Files.writeString(set.resolve("settings.json"), "[");
        Files.write(set.resolve("vda.inc.virtnbd.2.data.partial"), new byte[10]);
        Files.createDirectory(set.resolve("old"));
        Files.writeString(set.resolve("old/vda.copy.data"), "?");
        Path image = directory.resolve("out/disk.raw");

        assertThat(routes.verify(set).getException()).isNull();
        assertThat(routes.toImage(set, image, Map.of()).getException()).isNull();
        assertThat(image).hasBinaryContent(disk);
    }
}
