/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.util.List;

/**
 * The reply to a BLOCK_STATUS request. Each context covers as much as the server liked to tell, so the contexts' totals differ:
 * what all of them cover ends at the least total. {@link ExtentWalker} takes care of that.
 *
 * @param offset   where all the contexts begin
 * @param contexts in the order of {@link ExportInfo#metaContexts}
 */
public record BlockStatus(long offset, List<ContextExtents> contexts) {

    public BlockStatus {
        contexts = List.copyOf(contexts);
    }

    /** Bytes from the offset on that every context covers; positive. */
    public long covered() {
        long covered = Long.MAX_VALUE;
        for (ContextExtents context : contexts) {
            covered = Math.min(covered, context.total());
        }
        return covered;
    }
}
