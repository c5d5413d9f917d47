/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Which points in time of a domain are kept. Days, weeks and months without a point do not count. What one of the rules keeps is
 * kept.
 *
 * @param last    how many of the newest points
 * @param daily   of how many days the last point
 * @param weekly  of how many weeks, which begin on Mondays (ISO 8601), the last point
 * @param monthly of how many months the last point
 */
public record RetentionRules(int last, int daily, int weekly, int monthly) {

    /** @throws IllegalArgumentException if a rule is negative, or all are 0: everything would go */
    public RetentionRules {
        if (last < 0 || daily < 0 || weekly < 0 || monthly < 0 || last + daily + weekly + monthly == 0) {
            throw new IllegalArgumentException("keepLast is " + last + ", keepDaily " + daily + ", keepWeekly " + weekly
                    + ", keepMonthly " + monthly + ": expected none below 0, and one that is more");
        }
    }

    /**
     * The points that are kept, with the reasons.
     *
     * @param newestFirst of one domain
     */
    Map<RestorePoint, List<String>> kept(List<RestorePoint> newestFirst) {
        Map<RestorePoint, List<String>> kept = new LinkedHashMap<>();
        if (!newestFirst.isEmpty()) {
            reason(kept, newestFirst.get(0), "newest");
        }
        newestFirst.stream().limit(last).forEach(point -> reason(kept, point, "last"));
        keep(kept, newestFirst, daily, "daily", LocalDateTime::toLocalDate);
        keep(kept, newestFirst, weekly, "weekly", RetentionRules::week);
        keep(kept, newestFirst, monthly, "monthly", YearMonth::from);
        return kept;
    }

    private static LocalDate week(LocalDateTime date) {
        return date.toLocalDate().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    private static void keep(Map<RestorePoint, List<String>> kept, List<RestorePoint> newestFirst, int count, String reason,
            Function<LocalDateTime, Object> period) {
        Set<Object> periods = new HashSet<>();
        for (RestorePoint point : newestFirst) {
            if (periods.size() < count && periods.add(period.apply(point.date()))) {
                reason(kept, point, reason);
            }
        }
    }

    private static void reason(Map<RestorePoint, List<String>> kept, RestorePoint point, String reason) {
        kept.computeIfAbsent(point, any -> new ArrayList<>()).add(reason);
    }
}
