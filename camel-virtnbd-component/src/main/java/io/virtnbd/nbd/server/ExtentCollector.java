/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.server;

import io.virtnbd.extent.Extent;
import io.virtnbd.extent.ExtentType;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the extents of a request's range: neighbours that are both zero, or both not, become one, and what lies outside of
 * the range is cut off. The number is bounded.
 */
final class ExtentCollector implements ExtentConsumer {

    private final List<Extent> extents = new ArrayList<>();
    private final long end;
    private final long shortestZero;
    private final int maximum;
    private final boolean whole;
    /** The run that is being collected reaches from {@code start} to {@code at}. */
    private long start;
    private long at;
    private boolean zero;

    private ExtentCollector(Request request, long shortestZero, int maximum, boolean whole) {
        this.start = request.offset();
        this.at = start;
        this.end = start + request.length();
        this.shortestZero = shortestZero;
        this.maximum = maximum;
        this.whole = whole;
    }

    /** For a status: exact, from the start of the range on as many extents as fit and the export knows, at least one. */
    static ExtentCollector exact(Request request, int maximum) {
        return new ExtentCollector(request, 0, maximum, false);
    }

    /** For reading: covers the range; what is zero for less than {@code shortestZero} bytes counts as data. */
    static ExtentCollector coarse(Request request, long shortestZero) {
        return new ExtentCollector(request, Math.min(shortestZero, request.length()), Integer.MAX_VALUE, true);
    }

    @Override
    public boolean accept(Extent extent) {
        if (extent.offset() != at) {
            throw new IllegalStateException("the export reports an extent at " + extent.offset() + ", expected one at " + at);
        }
        long stop = Math.min(extent.end(), end);
        boolean isZero = extent.type() == ExtentType.ZERO && stop - at >= shortestZero;
        if (isZero != zero && !endRun()) {
            return false;
        }
        zero = isZero;
        at = stop;
        return at < end;
    }

    List<Extent> result() {
        if (at < end && (whole || extents.isEmpty() && at == start)) {
            if (zero) {
                endRun();
            }
            zero = false;
            at = end;
        }
        if (extents.size() < maximum) {
            endRun();
        }
        return extents;
    }

    /** Returns whether there may be another run. */
    private boolean endRun() {
        if (at > start) {
            extents.add(new Extent(start, at - start, zero ? ExtentType.ZERO : ExtentType.DATA));
            start = at;
        }
        return extents.size() < maximum;
    }
}
