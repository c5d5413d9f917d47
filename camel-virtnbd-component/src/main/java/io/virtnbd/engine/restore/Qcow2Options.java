/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Options of a qcow2 image that a new one is created with, from what {@code qemu-img info} said of it. Neither its backing file
 * nor an external data file are taken over, since the restored image has everything, nor encryption, whose key is not in the
 * backup.
 */
public final class Qcow2Options {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final long MIN_CLUSTER = 512;
    private static final long MAX_CLUSTER = 2 << 20;
    private static final Set<String> COMPATIBLE = Set.of("0.10", "1.1");

    private Qcow2Options() {
    }

    /**
     * The options as {@code qemu-img create -o} takes them.
     *
     * @param info JSON from the backup, which is not trusted: what is out of range is left out
     * @return empty where there is nothing to take over, as of an image in another format
     */
    public static String of(String info) {
        JsonNode image;
        try {
            image = MAPPER.readTree(info);
        } catch (JsonProcessingException e) {
            return "";
        }
        if (image == null || !"qcow2".equals(image.path("format").asText())) {
            return "";
        }
        List<String> options = new ArrayList<>();
        JsonNode data = image.path("format-specific").path("data");
        String compat = data.path("compat").asText();
        boolean modern = !"0.10".equals(compat);
        if (COMPATIBLE.contains(compat)) {
            options.add("compat=" + compat);
        }
        long cluster = image.path("cluster-size").asLong();
        boolean extended = modern && data.path("extended-l2").asBoolean();
        if (Long.bitCount(cluster) == 1 && cluster >= (extended ? 32 * MIN_CLUSTER : MIN_CLUSTER) && cluster <= MAX_CLUSTER) {
            options.add("cluster_size=" + cluster);
            if (extended) {
                options.add("extended_l2=on");
            }
        }
        int refcount = data.path("refcount-bits").asInt();
        if (modern && Integer.bitCount(refcount) == 1 && refcount <= Long.SIZE) {
            options.add("refcount_bits=" + refcount);
        }
        if (modern && data.path("lazy-refcounts").asBoolean()) {
            options.add("lazy_refcounts=on");
        }
        return String.join(",", options);
    }
}
