/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StreamMetadataTest {

    private static final StreamMetadata FULL = StreamMetadata.builder().virtualSize(4096).dataSize(512)
            .date("2026-11-22T10:08:44.924102").diskName("vda").diskFormat("qcow2").checkpointName("virtnbdbackup.0").build();

    @Test
    void isWrittenAsTheReferenceWritesIt() {
        assertThat(text(FULL)).isEqualTo("""
                {
                    "virtualSize": 4096,
                    "dataSize": 512,
                    "date": "2026-11-22T10:08:44.924102",
                    "diskName": "vda",
                    "diskFormat": "qcow2",
                    "checkpointName": "virtnbdbackup.0",
                    "compressed": false,
                    "compressionMethod": "lz4",
                    "parentCheckpoint": "",
                    "incremental": false,
                    "streamVersion": 2
                }""");
    }

    @Test
    void isWrittenWithItsSegmentOnlyWhereItIsOne() {
        assertThat(text(FULL)).doesNotContain("segment");
        assertThat(text(FULL.toBuilder().segment(2, 7).build()))
                .endsWith("\"streamVersion\": 2,\n    \"segmentIndex\": 2,\n    \"segmentCount\": 7\n}");
    }

    @Test
    void writesUnknownKeysLastInTheFormOfPython() {
        ObjectNode nested = JsonNodeFactory.instance.objectNode();
        nested.putArray("list").add(1).add("two\u00e9\u007f\ud83d\ude00/\"\\\n\u001f").addNull();
        nested.putObject("emptyObject");
        nested.putArray("emptyArray");
        Map<String, JsonNode> unknown = new LinkedHashMap<>();
        unknown.put("zebra", nested);
        unknown.put("aardvark", IntNode.valueOf(-1));

        assertThat(text(FULL.toBuilder().unknown(unknown).build())).endsWith("""
                    "streamVersion": 2,
                    "zebra": {
                        "list": [
                            1,
                            "two\\u00e9\u007f\\ud83d\\ude00/\\"\\\\\\n\\u001f",
                            null
                        ],
                        "emptyObject": {},
                        "emptyArray": []
                    },
                    "aardvark": -1
                }""");
    }

    @Test
    void keepsEverythingInItsBuilder() {
        StreamMetadata all = FULL.toBuilder().compressed(2).incremental(true).parentCheckpoint("virtnbdbackup.0")
                .checkpointName("virtnbdbackup.1").segment(1, 3).chainId("c").unknown(Map.of("x", IntNode.valueOf(1)))
                .streamVersion(1).build();

        assertThat(all.toBuilder().build()).isEqualTo(all);
        assertThat(all.compressionLevel()).isEqualTo(OptionalInt.of(2));
        assertThat(all.toBuilder().plain().build().compressionLevel()).isEmpty();
        assertThat(all.toBuilder().compressed().build().compressed()).isTrue();
    }

    @Test
    void refusesWhatContradictsItself() {
        refuses(builder -> builder.virtualSize(-1));
        refuses(builder -> builder.dataSize(-1));
        refuses(builder -> builder.dataSize(4097));
        refuses(builder -> builder.compressed(-1));
        refuses(builder -> builder.compressed(1).compressionMethod("zstd"));
        refuses(builder -> builder.streamVersion(3));
        refuses(builder -> builder.streamVersion(0));
        refuses(builder -> builder.parentCheckpoint("virtnbdbackup.0"));
        refuses(builder -> builder.segment(3, 3));
        refuses(builder -> builder.segment(-1, 3));
        refuses(builder -> builder.segment(OptionalInt.of(1), OptionalInt.empty()));
        refuses(builder -> builder.unknown(Map.of("date", IntNode.valueOf(1))));
    }

    private static void refuses(UnaryOperator<StreamMetadataBuilder> change) {
        StreamMetadataBuilder builder = change.apply(FULL.toBuilder());
        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected")
                .hasMessageContaining("found");
    }

    private static String text(StreamMetadata metadata) {
        return new String(metadata.toJson(), StandardCharsets.US_ASCII);
    }
}
