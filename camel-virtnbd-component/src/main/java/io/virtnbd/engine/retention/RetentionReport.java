/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import java.util.List;
import java.util.Map;

/**
 * What a retention has done, or would do.
 *
 * @param points   all points, newest first for each domain
 * @param bytes    that were freed; what folding frees is not known before it is done
 * @param problems by the path of a set, why nothing in it was touched, or was no further
 */
public record RetentionReport(List<Point> points, long bytes, Map<String, String> problems) {

    /** What becomes of a point. */
    public enum Action { KEPT, DELETED, FOLDED }

    /**
     * One point.
     *
     * @param set     path of its directory below that of the retention
     * @param date    of the backup
     * @param reasons for which it is kept; empty where it is not
     */
    public record Point(String domain, String set, String checkpoint, String level, String date, Action action,
                        List<String> reasons) {
    }

    public RetentionReport {
        points = List.copyOf(points);
        problems = Map.copyOf(problems);
    }
}
