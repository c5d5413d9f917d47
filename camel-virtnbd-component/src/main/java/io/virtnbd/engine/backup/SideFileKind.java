/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

/** What a file is that a backup has beside its streams. */
public enum SideFileKind {

    DOMAIN_XML("domainXml"),
    CHECKPOINT_XML("checkpointXml"),
    IMAGE_INFO("imageInfo"),
    LOADER("loader"),
    NVRAM("nvram"),
    KERNEL("kernel"),
    INITRD("initrd");

    private final String label;

    SideFileKind(String label) {
        this.label = label;
    }

    /** The word for it in headers and manifests. */
    public String label() {
        return label;
    }

    /** Whether it is text in UTF-8 that fits in memory. */
    public boolean isText() {
        return this == DOMAIN_XML || this == CHECKPOINT_XML || this == IMAGE_INFO;
    }
}
