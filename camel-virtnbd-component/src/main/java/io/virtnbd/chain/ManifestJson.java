/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The JSON form of a manifest. */
final class ManifestJson {

    private static final JsonMapper MAPPER = new JsonMapper();

    private static final ObjectReader READER = MAPPER.reader()
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Not the default indenter: that one ends lines as the platform does. */
    private static final DefaultIndenter INDENTER = new DefaultIndenter("  ", "\n");

    private static final ObjectWriter WRITER = MAPPER.writer(new DefaultPrettyPrinter()
            .withObjectIndenter(INDENTER).withArrayIndenter(INDENTER));

    /** Bytes, with names of common lengths. */
    private static final int COMMON_ENTRY_SIZE = 240;

    private ManifestJson() {
    }

    static byte[] write(Manifest manifest) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024 + COMMON_ENTRY_SIZE * manifest.artifacts().size());
        // key by key: a tree of several hundred thousand artifacts takes as many KiB
        try (JsonGenerator json = WRITER.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("domain", manifest.domain());
            json.writeStringField("level", manifest.level());
            json.writeStringField("checkpoint", manifest.checkpoint());
            json.writeStringField("parentCheckpoint", manifest.parentCheckpoint());
            json.writeStringField("date", manifest.date());
            json.writeArrayFieldStart("artifacts");
            for (ManifestEntry entry : manifest.artifacts()) {
                write(json, entry);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, ManifestEntry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", entry.name());
        json.writeNumberField("bytes", entry.bytes());
        json.writeStringField("sha256", entry.sha256());
        json.writeStringField("artifact", entry.artifact());
        json.writeStringField("disk", entry.disk());
        json.writeEndObject();
    }

    /** Artifact by artifact: a tree of several hundred thousand takes as many KiB. */
    static Manifest read(byte[] bytes) throws ChainException {
        // decoded here, because Jackson's own decoder also guesses UTF-16 and UTF-32 and takes some malformed UTF-8
        InputStreamReader text = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = READER.createParser(text)) {
            Manifest manifest = manifest(json);
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("expected nothing after the object, found " + json.currentToken());
            }
            return manifest;
        } catch (CharacterCodingException e) {
            throw new ChainException("not a manifest: not UTF-8", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ChainException("not a manifest: " + e.getMessage(), e);
        }
    }

    private static Manifest manifest(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("expected an object, found " + json.currentToken());
        }
        ObjectNode others = JsonNodeFactory.instance.objectNode();
        List<ManifestEntry> artifacts = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            if (key.equals("artifacts")) {
                artifacts = artifacts(json);
            } else {
                others.set(key, MAPPER.<JsonNode>readTree(json));
            }
        }
        if (artifacts == null) {
            throw new IllegalArgumentException("key 'artifacts' is missing");
        }
        return new Manifest(text(others, "domain"), text(others, "level"), text(others, "checkpoint"),
                text(others, "parentCheckpoint"), text(others, "date"), artifacts);
    }

    private static List<ManifestEntry> artifacts(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new IllegalArgumentException("artifacts: expected an array, found " + json.currentToken());
        }
        List<ManifestEntry> entries = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            entries.add(entry(MAPPER.readTree(json), entries.size()));
        }
        return entries;
    }

    private static ManifestEntry entry(JsonNode json, int index) {
        try {
            if (!json.isObject()) {
                throw new IllegalArgumentException("expected an object, found " + json.getNodeType());
            }
            JsonNode bytes = required(json, "bytes");
            if (!bytes.isIntegralNumber() || !bytes.canConvertToLong()) {
                throw new IllegalArgumentException("bytes: expected an integer below 2^63, found " + shorten(bytes));
            }
            return new ManifestEntry(text(json, "name"), bytes.longValue(), textOrNull(json, "sha256"), text(json, "artifact"),
                    textOrNull(json, "disk"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("artifacts[" + index + "]: " + e.getMessage(), e);
        }
    }

    private static JsonNode required(JsonNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null) {
            throw new IllegalArgumentException("key '" + key + "' is missing");
        }
        return value;
    }

    private static String text(JsonNode object, String key) {
        JsonNode value = required(object, key);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(key + ": expected a string, found " + shorten(value));
        }
        return value.textValue();
    }

    private static String textOrNull(JsonNode object, String key) {
        return required(object, key).isNull() ? null : text(object, key);
    }

    private static String shorten(JsonNode value) {
        return value.isContainerNode() ? value.getNodeType().toString() : shorten(value.toString());
    }

    private static String shorten(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
