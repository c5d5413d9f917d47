/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Writes metadata byte for byte as Python's {@code json.dumps(…, indent=4)} does, which is how the reference writes them. */
final class MetadataJsonWriter {

    private static final DefaultIndenter INDENTER = new DefaultIndenter("    ", "\n");
    private static final Separators SEPARATORS = Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            .build());

    private MetadataJsonWriter() {
    }

    static byte[] write(StreamMetadata metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(SEPARATORS);
        printer.indentObjectsWith(INDENTER);
        printer.indentArraysWith(INDENTER);
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            json.setPrettyPrinter(printer);
            json.writeStartObject();
            writeKnown(metadata, json);
            for (Map.Entry<String, JsonNode> entry : metadata.unknown().entrySet()) {
                json.writeFieldName(entry.getKey());
                json.writeTree(entry.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void writeKnown(StreamMetadata metadata, JsonGenerator json) throws IOException {
        json.writeNumberField(MetadataKeys.VIRTUAL_SIZE, metadata.virtualSize());
        json.writeNumberField(MetadataKeys.DATA_SIZE, metadata.dataSize());
        json.writeStringField(MetadataKeys.DATE, metadata.date());
        json.writeStringField(MetadataKeys.DISK_NAME, metadata.diskName());
        json.writeStringField(MetadataKeys.DISK_FORMAT, metadata.diskFormat());
        json.writeStringField(MetadataKeys.CHECKPOINT_NAME, metadata.checkpointName());
        if (metadata.compressionLevel().isPresent()) {
            json.writeNumberField(MetadataKeys.COMPRESSED, metadata.compressionLevel().getAsInt());
        } else {
            json.writeBooleanField(MetadataKeys.COMPRESSED, metadata.compressed());
        }
        json.writeStringField(MetadataKeys.COMPRESSION_METHOD, metadata.compressionMethod());
        json.writeStringField(MetadataKeys.PARENT_CHECKPOINT, metadata.parentCheckpoint());
        json.writeBooleanField(MetadataKeys.INCREMENTAL, metadata.incremental());
        json.writeNumberField(MetadataKeys.STREAM_VERSION, metadata.streamVersion());
        if (metadata.isSegment()) {
            json.writeNumberField(MetadataKeys.SEGMENT_INDEX, metadata.segmentIndex().getAsInt());
            json.writeNumberField(MetadataKeys.SEGMENT_COUNT, metadata.segmentCount().getAsInt());
        }
        if (!metadata.chainId().isEmpty()) {
            json.writeStringField(MetadataKeys.CHAIN_ID, metadata.chainId());
        }
    }
}
