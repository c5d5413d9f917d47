/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

/** Format of a disk image file. */
public enum ImageFormat {
    /** QEMU's format; written by qemu-nbd, which must be on the PATH. */
    QCOW2,
    /** The bytes of the disk; ranges that were never written are holes where the file system has them. */
    RAW
}
