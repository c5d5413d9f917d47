/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

    private static final String SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final Manifest MANIFEST = new Manifest("web 1", "inc", "virtnbd.1", "virtnbd.0",
            "2026-11-22T10:08:47.044151", List.of(new ManifestEntry("vda.inc.virtnbd.1.data", 1L << 40, SHA256, "disk", "vda"),
                    new ManifestEntry("checkpoints/virtnbd.1.xml", 0, null, "checkpoint-xml", null)));

    private static final String JSON = """
            {
              "domain" : "web 1",
              "level" : "inc",
              "checkpoint" : "virtnbd.1",
              "parentCheckpoint" : "virtnbd.0",
              "date" : "2026-11-22T10:08:47.044151",
              "artifacts" : [
                {
                  "name" : "vda.inc.virtnbd.1.data",
                  "bytes" : 1099511627776,
                  "sha256" : "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                  "artifact" : "disk",
                  "disk" : "vda"
                },
                {
                  "name" : "checkpoints/virtnbd.1.xml",
                  "bytes" : 0,
                  "sha256" : null,
                  "artifact" : "checkpoint-xml",
                  "disk" : null
                }
              ]
            }
            """;

    @TempDir
    Path directory;

    @Test
    void writesIndentedJsonWithKeysInAFixedOrder() {
        assertThat(new String(MANIFEST.toJson(), StandardCharsets.UTF_8)).isEqualTo(JSON);
    }

    @Test
    void readsBackWhatItWrote() throws Exception {
        assertThat(Manifest.parse(MANIFEST.toJson())).isEqualTo(MANIFEST);
        Path file = Files.write(directory.resolve("m.json"), MANIFEST.toJson());
        assertThat(Manifest.read(file)).isEqualTo(MANIFEST);
    }

    @Test
    void ignoresKeysThatItDoesNotKnow() throws Exception {
        String json = JSON.replace("\"domain\"", "\"future\": {\"a\": [1.5]}, \"domain\"")
                .replaceFirst("\"bytes\"", "\"future\": null, \"bytes\"");

        assertThat(parse(json)).isEqualTo(MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"domain", "level", "checkpoint", "parentCheckpoint", "date", "artifacts", "name", "bytes",
        "sha256", "artifact", "disk"})
    void refusesAManifestWithoutAKey(String key) {
        assertThatThrownBy(() -> parse(JSON.replaceFirst("\"" + key + "\" :", "\"other\" :")))
                .isInstanceOf(ChainException.class).hasMessageContaining("'" + key + "' is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"domain", "level", "checkpoint", "parentCheckpoint", "date", "artifacts", "name", "bytes",
        "artifact"})
    void refusesANullValue(String key) {
        assertThatThrownBy(() -> parse(JSON.replaceFirst("\"" + key + "\" :", "\"" + key + "\" : null, \"x\" :")))
                .isInstanceOf(ChainException.class).hasMessageContaining(key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1099511627776            | -1                              | bytes is -1",
        "1099511627776            | 1.0                             | found 1.0",
        "1099511627776            | 9223372036854775808             | found 9223372036854775808",
        "1099511627776            | \"5\"                           | found \"5\"",
        "1099511627776            | NaN                             | NaN",
        "e3b0c442                 | E3B0C442                        | 64 lower-case",
        "e3b0c442                 | e3b0c44                         | 64 lower-case",
        "vda.inc.virtnbd.1.data   | ../vda.data                     | relative path",
        "vda.inc.virtnbd.1.data   | /etc/passwd                     | relative path",
        "vda.inc.virtnbd.1.data   | a//b                            | relative path",
        "vda.inc.virtnbd.1.data   | checkpoints/virtnbd.1.xml       | listed twice",
        "\"inc\"                  | \"INC\"                         | level is 'INC'",
        "\"inc\"                  | \"full\"                        | parentCheckpoint",
        "\"virtnbd.0\"            | \"\"                            | parentCheckpoint",
        "\"web 1\"                | \" \"                           | domain is blank",
        "\"web 1\"                | 1                               | domain: expected a string, found 1",
        "\"date\"                 | \"domain\": \"x\", \"date\"     | domain",
        "\"vda\"                  | []                              | found ARRAY",
        "[                        | {}, \"x\": [                    | expected an array"})
    void refusesAWrongValue(String from, String to, String message) {
        assertThat(JSON).contains(from);
        assertThatThrownBy(() -> parse(JSON.replace(from, to)))
                .isInstanceOf(ChainException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "null", "1", "{", "{}"})
    void refusesWhatIsNoManifest(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(ChainException.class).hasMessageStartingWith("not a manifest");
    }

    @Test
    void refusesWhatFollowsTheObject() {
        assertThatThrownBy(() -> parse(JSON + "{}")).isInstanceOf(ChainException.class);
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] json = JSON.getBytes(StandardCharsets.UTF_8);
        json[JSON.indexOf("web")] = (byte) 0xC0;

        assertThatThrownBy(() -> Manifest.parse(json)).isInstanceOf(ChainException.class).hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> Manifest.parse(JSON.getBytes(StandardCharsets.UTF_16LE))).isInstanceOf(ChainException.class);
    }

    @Test
    void refusesNestingThatWouldExhaustTheStack() {
        assertThatThrownBy(() -> parse("[".repeat(1_000_000))).isInstanceOf(ChainException.class);
    }

    @Test
    void namesTheFileThatIsNoManifest() throws Exception {
        Path file = Files.writeString(directory.resolve("vm.virtnbd.0.json"), "{}");

        assertThatThrownBy(() -> Manifest.read(file))
                .isInstanceOf(ChainException.class).hasMessageContaining("vm.virtnbd.0.json");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void readsDamagedJsonOrRefusesItWithItsTypedError(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            byte[] json = MANIFEST.toJson();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                json[random.nextInt(json.length)] = (byte) random.nextInt(256);
            }
            assertThatCode(() -> {
                try {
                    Manifest read = Manifest.parse(json);
                    assertThat(Manifest.parse(read.toJson())).isEqualTo(read);
                } catch (ChainException e) {
                    assertThat(e).hasMessageStartingWith("not a manifest");
                }
            }).as("seed %d, round %d", seed, i).doesNotThrowAnyException();
        }
    }

    private static Manifest parse(String json) throws ChainException {
        return Manifest.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsBackAsManyArtifactsAsItLists() throws Exception {
        Manifest most = of(Manifest.MAX_ARTIFACTS);
        Path file = Files.write(directory.resolve("m.json"), most.toJson());

        assertThat(Manifest.read(file).artifacts()).hasSameSizeAs(most.artifacts());
        assertThat(Files.size(file)).as("longer names have room too").isLessThan(Manifest.MAX_BYTES / 2);
    }

    @Test
    void refusesMoreArtifactsThanAreReadBack() {
        assertThatThrownBy(() -> of(Manifest.MAX_ARTIFACTS + 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lists 500001 artifacts, expected at most 500000");
    }

    private static Manifest of(int artifacts) {
        return new Manifest("web1", "full", "virtnbd.0", "", "2026-11-22T10:08:47.044151", IntStream.range(0, artifacts)
                .mapToObj(i -> new ManifestEntry("vda.full." + i + ".data", 65536, SHA256, "segment", "vda")).toList());
    }
}
