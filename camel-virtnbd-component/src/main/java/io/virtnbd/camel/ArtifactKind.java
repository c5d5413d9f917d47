/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

/** What a message of a backup holds: the value of the header {@link VirtNbdConstants#ARTIFACT}. */
enum ArtifactKind {

    DISK("disk"),
    SEGMENT("segment"),
    FRAME("frame"),
    DOMAIN_XML("domainXml"),
    MANIFEST("manifest");

    private final String label;

    ArtifactKind(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** Whether it is text that fits in memory. */
    boolean isText() {
        return this == DOMAIN_XML || this == MANIFEST;
    }
}
