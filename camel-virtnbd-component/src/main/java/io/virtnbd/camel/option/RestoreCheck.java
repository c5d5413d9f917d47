/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

/** What of a backup is checked before the first write. */
public enum RestoreCheck {
    /** Each stream, to its end, and against the manifest's checksums. */
    full,

    /** What is known without reading whole streams. */
    structure
}
