/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;

/**
 * Asks for all the extents of a range, in all negotiated meta contexts at once: what the contexts say is intersected, so each
 * extent that is reported has one status in every context. Neighbours whose flags are all equal are reported as one. Extents
 * may begin and end within a minimum block, if the server says so.
 *
 * <p>The walk is bounded: each reply must get at least one minimum block further, and there may be at most {@value
 * #SPARE_REPLIES} replies and one for each {@value #MIN_AVERAGE_PROGRESS} bytes of the range. Cost and memory beyond one reply
 * do not depend on the number of extents.
 */
public final class ExtentWalker {

    static final int SPARE_REPLIES = 16_384;
    static final int MIN_AVERAGE_PROGRESS = 65_536;

    private final NbdClient client;
    private final long end;
    private final long maxReplies;
    private final ExtentMerger merger;
    private long at;
    private long replies;

    private ExtentWalker(NbdClient client, long offset, long length, Visitor visitor) {
        this.client = client;
        this.at = offset;
        this.end = offset + length;
        this.maxReplies = SPARE_REPLIES + length / MIN_AVERAGE_PROGRESS;
        this.merger = new ExtentMerger(offset, client.export().metaContexts().size(), visitor);
    }

    /** Is told the extents of a range in order, without gaps. */
    @FunctionalInterface
    public interface Visitor {

        /**
         * @param offset         in bytes
         * @param length         in bytes, positive
         * @param flagsByContext status flags in the order of {@link ExportInfo#metaContexts}; valid only during the call
         */
        void extent(long offset, long length, int[] flagsByContext) throws IOException;
    }

    /**
     * Walks over a range; blocks until it is done. Extents are cut where the range ends.
     *
     * @param offset a multiple of the minimum block size
     * @param length not negative; a multiple of the minimum block size unless the range ends where the export ends; for 0
     *               nothing is done
     * @throws io.virtnbd.nbd.protocol.NbdException if a query failed
     * @throws ExtentLimitException                 if the server's replies get nowhere
     * @throws InterruptedIOException               if the thread is interrupted; it stays marked so
     * @throws IllegalArgumentException             if the range is not within the export or not aligned
     * @throws UnsupportedOperationException        if no meta context was negotiated
     * @throws IllegalStateException                if called by a thread that receives replies
     */
    public static void walk(NbdClient client, long offset, long length, Visitor visitor) throws IOException {
        RequestRules rules = new RequestRules(client.export());
        rules.checkOffered("meta contexts", !client.export().metaContexts().isEmpty());
        if (length != 0) {
            rules.checkRange("a walk", offset, length, Long.MAX_VALUE);
            new ExtentWalker(client, offset, length, visitor).walk();
        }
    }

    private void walk() throws IOException {
        while (at < end) {
            if (++replies > maxReplies) {
                throw new ExtentLimitException(client.export().name(), at, "more than " + maxReplies
                        + " replies, each of which told too little");
            }
            long length = Math.min(NbdClient.MAX_EFFECT_LENGTH, end - at);
            BlockStatus status = NbdClient.await(client.blockStatus(at, length));
            long covered = Math.min(status.covered(), end - at);
            if (covered < end - at) {
                covered -= covered % client.export().blockSize().minimum();
            }
            if (covered == 0) {
                throw new ExtentLimitException(client.export().name(), at, "extents of only " + status.covered()
                        + " bytes, which is less than the minimum block size " + client.export().blockSize().minimum());
            }
            intersect(status.contexts(), covered);
            at += covered;
        }
        merger.finish();
    }

    private void intersect(List<ContextExtents> contexts, long covered) throws IOException {
        int[] index = new int[contexts.size()];
        long[] rest = new long[contexts.size()];
        int[] flags = new int[contexts.size()];
        for (long left = covered; left > 0;) {
            long step = left;
            for (int i = 0; i < rest.length; i++) {
                if (rest[i] == 0) {
                    rest[i] = contexts.get(i).length(index[i]);
                    flags[i] = contexts.get(i).flags(index[i]++);
                }
                step = Math.min(step, rest[i]);
            }
            for (int i = 0; i < rest.length; i++) {
                rest[i] -= step;
            }
            merger.add(step, flags);
            left -= step;
        }
    }
}
