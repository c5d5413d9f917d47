/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Reads metadata strictly: UTF-8, one JSON object, no key twice, numbers that fit, and the old spelling of some keys. */
final class MetadataJsonReader {

    private static final ObjectMapper DEFAULT_MAPPER = mapper(StreamLimits.DEFAULT.maxMetadataDepth());

    private final long offset;
    private final Map<String, JsonNode> values = new LinkedHashMap<>();

    private MetadataJsonReader(long offset) {
        this.offset = offset;
    }

    /**
     * @param json   as many bytes as the frame header said
     * @param offset their offset in the stream
     */
    static StreamMetadata read(byte[] json, long offset, StreamLimits limits) throws MalformedStreamException {
        MetadataJsonReader reader = new MetadataJsonReader(offset);
        reader.index(parse(json, offset, limits));
        return reader.metadata();
    }

    private static JsonNode parse(byte[] json, long offset, StreamLimits limits) throws MalformedStreamException {
        String text;
        try {
            // a strict decoder: the JSON parser lets overlong forms and surrogates pass
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedStreamException(offset, "metadata: expected UTF-8, found other bytes", e);
        }
        ObjectMapper mapper = limits.maxMetadataDepth() == StreamLimits.DEFAULT.maxMetadataDepth() ? DEFAULT_MAPPER
                : mapper(limits.maxMetadataDepth());
        try {
            JsonNode root = mapper.readTree(text);
            if (!root.isObject()) {
                throw new MalformedStreamException(offset, "metadata: expected a JSON object, found " + root.getNodeType());
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new MalformedStreamException(offset, "metadata: expected JSON, found: " + e.getOriginalMessage(), e);
        } catch (NumberFormatException e) {
            // of an exponent that BigDecimal does not have
            throw new MalformedStreamException(offset, "metadata: expected numbers, found: " + e.getMessage(), e);
        }
    }

    private static ObjectMapper mapper(int maxDepth) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(maxDepth).build())
                .build();
        return new ObjectMapper(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
    }

    private void index(JsonNode root) throws MalformedStreamException {
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            String key = MetadataKeys.OLD.getOrDefault(entry.getKey(), entry.getKey());
            if (values.put(key, entry.getValue()) != null) {
                throw new MalformedStreamException(offset, "metadata: expected " + key + " once, found it in both spellings");
            }
        }
    }

    private StreamMetadata metadata() throws MalformedStreamException {
        StreamMetadataBuilder builder = StreamMetadata.builder()
                .virtualSize(size(MetadataKeys.VIRTUAL_SIZE))
                .dataSize(size(MetadataKeys.DATA_SIZE))
                .date(text(MetadataKeys.DATE, ""))
                .diskName(text(MetadataKeys.DISK_NAME, ""))
                .diskFormat(text(MetadataKeys.DISK_FORMAT, ""))
                .checkpointName(text(MetadataKeys.CHECKPOINT_NAME, ""))
                .compressionMethod(text(MetadataKeys.COMPRESSION_METHOD, "lz4"))
                .parentCheckpoint(text(MetadataKeys.PARENT_CHECKPOINT, ""))
                .incremental(incremental())
                .streamVersion(number(MetadataKeys.STREAM_VERSION).orElse(1))
                .segment(number(MetadataKeys.SEGMENT_INDEX), number(MetadataKeys.SEGMENT_COUNT))
                .chainId(text(MetadataKeys.CHAIN_ID, ""));
        compression(builder);
        try {
            // what was not taken by now is not known
            return builder.unknown(values).build();
        } catch (IllegalArgumentException e) {
            throw new MalformedStreamException(offset, e.getMessage(), e);
        }
    }

    private JsonNode take(String key) {
        JsonNode value = values.remove(key);
        return value == null || value.isNull() ? null : value;
    }

    private long size(String key) throws MalformedStreamException {
        JsonNode value = take(key);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(key, "bytes, an integer from 0 to 2^63-1", value);
        }
        return value.longValue();
    }

    private OptionalInt number(String key) throws MalformedStreamException {
        JsonNode value = take(key);
        if (value == null) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw wrong(key, "an integer from 0 to 2^31-1", value);
        }
        return OptionalInt.of(value.intValue());
    }

    private String text(String key, String missing) throws MalformedStreamException {
        JsonNode value = take(key);
        if (value == null) {
            return missing;
        }
        if (!value.isTextual()) {
            throw wrong(key, "a string", value);
        }
        return value.textValue();
    }

    private boolean incremental() throws MalformedStreamException {
        JsonNode value = take(MetadataKeys.INCREMENTAL);
        if (value != null && !value.isBoolean()) {
            throw wrong(MetadataKeys.INCREMENTAL, "true or false", value);
        }
        return value != null && value.booleanValue();
    }

    private void compression(StreamMetadataBuilder builder) throws MalformedStreamException {
        JsonNode value = values.get(MetadataKeys.COMPRESSED);
        if (value == null || value.isNull() || value.isBoolean()) {
            take(MetadataKeys.COMPRESSED);
            if (value != null && value.booleanValue()) {
                builder.compressed();
            }
        } else {
            builder.compressed(number(MetadataKeys.COMPRESSED).orElseThrow());
        }
    }

    private MalformedStreamException wrong(String key, String expected, JsonNode found) {
        String text = found == null ? "nothing" : found.toString();
        String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
        return new MalformedStreamException(offset, "metadata: " + key + ": expected " + expected + ", found " + shown);
    }
}
