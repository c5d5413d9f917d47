/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataJsonReaderTest {

    private static final String SIZES = "\"virtualSize\": 4096, \"dataSize\": 512";

    @Test
    void readsNothingButTheSizes() throws Exception {
        StreamMetadata metadata = read("{" + SIZES + "}");

        assertThat(metadata).isEqualTo(StreamMetadata.builder().virtualSize(4096).dataSize(512).streamVersion(1).build());
    }

    @Test
    void readsTheOldSpelling() throws Exception {
        StreamMetadata metadata = read(
                "{\"virtual-size\": 4096, \"data-size\": 512, \"stream-version\": 1, \"diskName\": \"sda\"}");

        assertThat(metadata.virtualSize()).isEqualTo(4096);
        assertThat(metadata.dataSize()).isEqualTo(512);
        assertThat(metadata.streamVersion()).isEqualTo(1);
        assertThat(metadata.diskName()).isEqualTo("sda");
        assertThat(metadata.unknown()).isEmpty();
    }

    @Test
    void readsEveryFormOfCompressed() throws Exception {
        assertThat(read("{" + SIZES + ", \"compressed\": false}").compressed()).isFalse();
        assertThat(read("{" + SIZES + ", \"compressed\": true}").compressed()).isTrue();
        assertThat(read("{" + SIZES + ", \"compressed\": true}").compressionLevel()).isEmpty();
        assertThat(read("{" + SIZES + ", \"compressed\": 0}").compressed()).isTrue();
        assertThat(read("{" + SIZES + ", \"compressed\": 0}").compressionLevel()).hasValue(0);
        assertThat(read("{" + SIZES + ", \"compressed\": 16}").compressionLevel()).hasValue(16);
    }

    @Test
    void keepsUnknownKeysAndWritesThemBack() throws Exception {
        StreamMetadata metadata = read("{\"z\": {\"a\": [1, 2.50, 1e3]}, " + SIZES
                + ", \"date\": null, \"a\": 123456789012345678901234567890}");

        assertThat(metadata.unknown()).containsOnlyKeys("z", "a");
        assertThat(metadata.date()).isEmpty();
        StreamMetadata again = MetadataJsonReader.read(metadata.toJson(), 0, StreamLimits.DEFAULT);
        assertThat(again).isEqualTo(metadata);
        assertThat(new String(metadata.toJson(), StandardCharsets.US_ASCII)).contains("2.50")
                .endsWith("\"a\": 123456789012345678901234567890\n}");
    }

    @Test
    void readsEscapedAndRawUnicodeAlike() throws Exception {
        assertThat(read("{" + SIZES + ", \"diskName\": \"\\u00e9\\ud83d\\ude00\"}"))
                .isEqualTo(read("{" + SIZES + ", \"diskName\": \"\u00e9\ud83d\ude00\"}"));
        StreamMetadata lone = read("{" + SIZES + ", \"diskName\": \"\\ud83d\"}");
        assertThat(MetadataJsonReader.read(lone.toJson(), 0, StreamLimits.DEFAULT)).isEqualTo(lone);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "null", "[]", "1", "\"x\"", "{", "{}", "{SIZES", "{SIZES}}", "{SIZES} {}", "{SIZES}x", "{SIZES,}",
        "{'a': 1, SIZES}",
        "{SIZES, \"dataSize\": 512}", "{SIZES, \"x\": 1, \"x\": 1}", "{SIZES, \"x\": {\"y\": 1, \"y\": 2}}",
        "{SIZES, \"data-size\": 512}", "{SIZES, \"virtual-size\": 4096}",
        "{\"virtualSize\": 4096}", "{\"dataSize\": 512}", "{\"virtualSize\": null, \"dataSize\": 0}",
        "{\"virtualSize\": -1, \"dataSize\": 0}", "{\"virtualSize\": 1, \"dataSize\": -1}",
        "{\"virtualSize\": 1, \"dataSize\": 2}",
        "{\"virtualSize\": \"1\", \"dataSize\": 1}", "{\"virtualSize\": 1.0, \"dataSize\": 1}",
        "{\"virtualSize\": 1e3, \"dataSize\": 1}", "{\"virtualSize\": true, \"dataSize\": 1}",
        "{\"virtualSize\": 01, \"dataSize\": 1}", "{\"virtualSize\": +1, \"dataSize\": 1}",
        "{\"virtualSize\": 0x1, \"dataSize\": 1}",
        "{\"virtualSize\": 9223372036854775808, \"dataSize\": 1}", "{\"virtualSize\": 18446744073709551617, \"dataSize\": 1}",
        "{\"virtualSize\": NaN, \"dataSize\": 1}", "{SIZES, \"x\": NaN}", "{SIZES, \"x\": Infinity}",
        "{SIZES, \"x\": -Infinity}", "{SIZES, \"x\": 1e99999999999999}", "{SIZES, \"x\": [1e-99999999999999]}",
        "{SIZES, \"compressed\": -1}", "{SIZES, \"compressed\": \"2\"}", "{SIZES, \"compressed\": 1.5}",
        "{SIZES, \"compressed\": 4294967298}", "{SIZES, \"compressed\": 2, \"compressionMethod\": \"zstd\"}",
        "{SIZES, \"streamVersion\": 0}", "{SIZES, \"streamVersion\": 3}", "{SIZES, \"streamVersion\": -2}",
        "{SIZES, \"streamVersion\": \"2\"}", "{SIZES, \"streamVersion\": 4294967298}",
        "{SIZES, \"incremental\": 1}", "{SIZES, \"incremental\": \"true\"}",
        "{SIZES, \"incremental\": false, \"parentCheckpoint\": \"a.0\"}", "{SIZES, \"parentCheckpoint\": \"a.0\"}",
        "{SIZES, \"diskName\": 1}", "{SIZES, \"date\": false}", "{SIZES, \"checkpointName\": []}",
        "{SIZES, \"segmentIndex\": 0}", "{SIZES, \"segmentCount\": 1}", "{SIZES, \"segmentIndex\": 1, \"segmentCount\": 1}",
        "{SIZES, \"segmentIndex\": -1, \"segmentCount\": 1}",
        "{SIZES, \"x\": \"\u0001\"}", "\ufeff{SIZES}", "{SIZES /* comment */}",
    })
    void refuses(String json) {
        byte[] bytes = json.replace("SIZES", SIZES).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> MetadataJsonReader.read(bytes, 40, StreamLimits.DEFAULT))
                .asInstanceOf(type(MalformedStreamException.class))
                .satisfies(e -> assertThat(e.offset()).isEqualTo(40))
                .satisfies(e -> assertThat(e.getMessage()).contains("expected", "found"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "c328", "c080", "e08080", "eda080", "f4908080", "ff", "80", "f0808080"})
    void refusesWhatIsNotUtf8(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);
        byte[] json = new StreamBytes().text("{" + SIZES + ", \"x\": \"").raw(bad).text("\"}").toBytes();
        assertThatThrownBy(() -> MetadataJsonReader.read(json, 40, StreamLimits.DEFAULT))
                .isInstanceOf(MalformedStreamException.class).hasMessageContaining("UTF-8");
    }

    @Test
    void refusesWhatIsNestedTooDeeply() throws Exception {
        StreamLimits limits = new StreamLimits(1 << 20, 3, 1, 1);
        byte[] three = ("{" + SIZES + ", \"x\": [[]]}").getBytes(StandardCharsets.UTF_8);
        byte[] four = ("{" + SIZES + ", \"x\": [[[]]]}").getBytes(StandardCharsets.UTF_8);

        assertThat(MetadataJsonReader.read(three, 0, limits).unknown()).containsKey("x");
        assertThatThrownBy(() -> MetadataJsonReader.read(four, 0, limits)).isInstanceOf(MalformedStreamException.class);
        byte[] endless = ("{" + SIZES + ", \"x\": " + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> MetadataJsonReader.read(endless, 0, StreamLimits.DEFAULT))
                .isInstanceOf(MalformedStreamException.class);
    }

    private static StreamMetadata read(String json) throws MalformedStreamException {
        return MetadataJsonReader.read(json.getBytes(StandardCharsets.UTF_8), 0, StreamLimits.DEFAULT);
    }
}
