/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.qemu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What qemu-img says of an image that is on this host and not in use.
 *
 * @param virtualSize size as a guest sees it, in bytes
 * @param bitmaps     names of the bitmaps in it that are usable
 * @param broken      names of the bitmaps in it that are not, because a program that used them was killed, or because they do
 *                    not record what is written
 * @param backing     names of the bitmaps in the images that it builds on, usable or not
 */
public record QemuImage(long virtualSize, Set<String> bitmaps, Set<String> broken, Set<String> backing) {

    private static final long SECONDS = 60;
    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * The output of {@code qemu-img info}, as JSON. The image may be in use.
     *
     * @throws QemuToolException if qemu-img is not on the PATH or cannot read the image
     */
    public static String info(Path image, String format) throws IOException {
        return QemuTool.run(SECONDS, "qemu-img", "info", "--force-share", "--output=json", "-f", format, image.toString());
    }

    /**
     * Reads what is known of an image and of those that it builds on.
     *
     * @throws QemuToolException if qemu-img is not on the PATH or cannot read the image
     */
    public static QemuImage read(Path image, String format) throws IOException {
        String json = QemuTool.run(SECONDS, "qemu-img", "info", "--backing-chain", "--output=json", "-f", format,
                image.toString());
        try {
            List<JsonNode> images = new ArrayList<>();
            MAPPER.readTree(json).forEach(images::add);
            Set<String> usable = new HashSet<>();
            Set<String> broken = new HashSet<>();
            bitmaps(images.get(0), usable, broken);
            Set<String> backing = new HashSet<>();
            images.subList(1, images.size()).forEach(below -> bitmaps(below, backing, backing));
            return new QemuImage(images.get(0).path("virtual-size").longValue(), usable, broken, backing);
        } catch (JsonProcessingException e) {
            throw new QemuToolException("qemu-img info of " + image + " printed what is not JSON: " + e.getMessage());
        }
    }

    private static void bitmaps(JsonNode image, Set<String> usable, Set<String> broken) {
        for (JsonNode bitmap : image.path("format-specific").path("data").path("bitmaps")) {
            Set<String> flags = new HashSet<>();
            bitmap.path("flags").forEach(flag -> flags.add(flag.asText()));
            (flags.equals(Set.of("auto")) ? usable : broken).add(bitmap.path("name").asText());
        }
    }
}
