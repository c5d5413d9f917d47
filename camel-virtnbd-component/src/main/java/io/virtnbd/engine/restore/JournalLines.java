/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.sparsestream.MalformedStreamException;
import io.virtnbd.sparsestream.StreamMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The lines of a journal: each a CRC-32C in eight hexadecimal digits, a blank and a JSON object. The first is the header. A last
 * line that is cut short or does not fit its checksum was being written when the program was killed, and does not count; any
 * other such line is a damage.
 */
final class JournalLines {

    private static final int VERSION = 1;
    private static final int PREFIX = 9;
    private static final JsonMapper MAPPER = new JsonMapper();

    private JournalLines() {
    }

    static String of(JournalHeader header) {
        return line(MAPPER.createObjectNode().put("journal", VERSION).put("plan", header.plan()).put("target", header.target())
                .put("size", header.size()).put("file", header.file()));
    }

    static String of(BegunStream stream) {
        String json = new String(stream.metadata().toJson(), StandardCharsets.US_ASCII);
        return line(MAPPER.createObjectNode().put("begun", json).put("bytes", stream.bytes()));
    }

    static String of(StreamProgress stream) {
        return line(MAPPER.createObjectNode().put("stream", stream.index()).put("start", stream.start()).put("end", stream.end())
                .put("data", stream.dataBytes()).put("zero", stream.zeroBytes()).put("whole", stream.whole()));
    }

    static String of(int index, ReadContent content) {
        return line(MAPPER.createObjectNode().put("read", index).put("bytes", content.bytes()).put("sha256", content.sha256()));
    }

    static String of(Manifest manifest) {
        return line(MAPPER.createObjectNode().put("manifest", new String(manifest.toJson(), StandardCharsets.UTF_8)));
    }

    static String ofServer(String socket) {
        return line(MAPPER.createObjectNode().put("server", socket));
    }

    static String ofPublished(String modified) {
        return line(MAPPER.createObjectNode().put("published", modified));
    }

    /** The whole of a journal. */
    static String of(JournalContent content) {
        StringBuilder lines = new StringBuilder(of(content.header()));
        content.begun().forEach(stream -> lines.append(of(stream)));
        content.manifests().forEach(manifest -> lines.append(of(manifest)));
        content.read().forEach((index, read) -> lines.append(of(index, read)));
        content.progress().forEach(stream -> lines.append(of(stream)));
        return lines.toString();
    }

    private static String line(ObjectNode json) {
        String text = json.toString();
        return checksum(text) + " " + text + "\n";
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /** Empty where it is damaged, or of another version. */
    static Optional<JournalContent> read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        JournalContent content = null;
        for (int at = 0; at < text.length();) {
            int end = text.indexOf('\n', at);
            boolean last = end < 0 || end == text.length() - 1;
            JsonNode json = end < 0 ? null : parse(text.substring(at, end));
            if (json == null) {
                return last ? Optional.ofNullable(content) : Optional.empty();
            }
            try {
                if (content == null) {
                    content = new JournalContent(header(json));
                } else {
                    add(content, json);
                }
            } catch (IllegalArgumentException | MalformedStreamException e) {
                return Optional.empty();
            }
            at = end + 1;
        }
        return Optional.ofNullable(content);
    }

    private static JsonNode parse(String line) {
        if (line.length() <= PREFIX || !line.substring(0, PREFIX).equals(checksum(line.substring(PREFIX)) + " ")) {
            return null;
        }
        try {
            return MAPPER.readTree(line.substring(PREFIX));
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static JournalHeader header(JsonNode json) {
        if (number(json, "journal") != VERSION) {
            throw new IllegalArgumentException("journal of version " + json.get("journal"));
        }
        return new JournalHeader(text(json, "plan"), text(json, "target"), number(json, "size"), number(json, "file"));
    }

    private static void add(JournalContent content, JsonNode json) throws MalformedStreamException {
        if (json.has("stream")) {
            content.add(new StreamProgress(Math.toIntExact(number(json, "stream")), number(json, "start"), number(json, "end"),
                    number(json, "data"), number(json, "zero"), json.path("whole").asBoolean()));
        } else if (json.has("begun")) {
            content.add(new BegunStream(StreamMetadata.fromJson(text(json, "begun").getBytes(StandardCharsets.UTF_8)),
                    number(json, "bytes")));
        } else if (json.has("read")) {
            content.read(Math.toIntExact(number(json, "read")), new ReadContent(number(json, "bytes"), text(json, "sha256")));
        } else if (json.has("manifest")) {
            content.add(manifest(text(json, "manifest")));
        } else if (json.has("server")) {
            content.server(text(json, "server"));
        } else {
            content.published(text(json, "published"));
        }
    }

    private static Manifest manifest(String json) {
        try {
            return Manifest.parse(json.getBytes(StandardCharsets.UTF_8));
        } catch (ChainException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static long number(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException("journal: " + key + " is " + value + ", expected a number");
        }
        return value.longValue();
    }

    private static String text(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("journal: " + key + " is " + value + ", expected a text");
        }
        return value.textValue();
    }
}
