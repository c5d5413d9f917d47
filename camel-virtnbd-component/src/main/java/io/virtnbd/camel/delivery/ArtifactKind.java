/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.engine.backup.SideFileKind;

/** What a message of a backup holds. */
public enum ArtifactKind {

    DISK("disk", false),
    SEGMENT("segment", false),
    FRAME("frame", false),
    DOMAIN_XML(SideFileKind.DOMAIN_XML),
    CHECKPOINT_XML(SideFileKind.CHECKPOINT_XML),
    IMAGE_INFO(SideFileKind.IMAGE_INFO),
    LOADER(SideFileKind.LOADER),
    NVRAM(SideFileKind.NVRAM),
    KERNEL(SideFileKind.KERNEL),
    INITRD(SideFileKind.INITRD),
    MANIFEST("manifest", true);

    private final String label;
    private final boolean text;

    ArtifactKind(String label, boolean text) {
        this.label = label;
        this.text = text;
    }

    ArtifactKind(SideFileKind kind) {
        this(kind.label(), kind.isText());
    }

    public static ArtifactKind of(SideFileKind kind) {
        return valueOf(kind.name());
    }

    /** The word for it in headers and manifests. */
    public String label() {
        return label;
    }

    /** Whether it is text that fits in memory. */
    boolean isText() {
        return text;
    }
}
