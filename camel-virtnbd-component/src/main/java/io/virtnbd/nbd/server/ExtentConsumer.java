/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;

/** Takes the extents of a range one after the other. */
@FunctionalInterface
public interface ExtentConsumer {

    /**
     * Takes the next extent, which starts where the one before it ended.
     *
     * @return whether more extents are wanted; after {@code false} the source stops
     */
    boolean accept(Extent extent);
}
