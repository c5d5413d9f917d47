/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

/** What a backup of a domain was asked to cover. */
public enum RequestedLevel {

    /** The changes since the last committed backup, or the whole disks where there is no usable chain. */
    AUTO,
    /** The whole disks, and the start of a new chain. */
    FULL,
    /** The changes since the last committed backup; an error where that cannot be told. */
    INC,
    /** The changes since the last full. */
    DIFF,
    /** The whole disks, apart from any chain. */
    COPY
}
