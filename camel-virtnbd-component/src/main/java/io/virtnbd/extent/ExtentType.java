/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.extent;

/** What a range of a disk holds, as far as a backup is concerned. */
public enum ExtentType {
    /** The range has content that must be read. */
    DATA,
    /** The range reads as zeroes, whether or not it is allocated. */
    ZERO,
    /** The range is not part of the backup: it did not change since the parent checkpoint. */
    UNCHANGED
}
