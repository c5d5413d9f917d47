/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

/** The {@code base:allocation} meta context and its status bits. Source: NBD protocol, "base:allocation". */
public final class BaseAllocation {

    public static final String NAME = "base:allocation";
    /** The range is not allocated. */
    public static final int HOLE = 1;
    /** The range reads as zeroes. */
    public static final int ZERO = 1 << 1;

    private BaseAllocation() {
    }
}
