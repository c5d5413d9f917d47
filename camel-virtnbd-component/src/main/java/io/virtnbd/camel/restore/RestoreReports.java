/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.engine.restore.RestoreResult;
import io.virtnbd.engine.restore.SessionProgress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reports of restores as maps of texts, numbers and truth values, which every JSON library and expression language takes. */
final class RestoreReports {

    private RestoreReports() {
    }

    static Map<String, Object> of(RestoreResult result) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("disk", result.disk());
        report.put("checkpoint", result.checkpoint());
        report.put("virtualSize", result.virtualSize());
        report.put("streams", result.streams());
        report.put("dataBytes", result.dataBytes());
        report.put("zeroBytes", result.zeroBytes());
        result.segmentIndex().ifPresent(index -> report.put("segmentIndex", index));
        result.segmentCount().ifPresent(count -> report.put("segmentCount", count));
        return report;
    }

    static Map<String, Object> of(SessionProgress progress) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("disk", progress.disk());
        report.put("checkpoint", progress.checkpoint());
        report.put("virtualSize", progress.virtualSize());
        report.put("streams", progress.streams());
        report.put("dataBytes", progress.dataBytes());
        report.put("zeroBytes", progress.zeroBytes());
        report.put("applied", progress.applied());
        report.put("complete", progress.complete());
        report.put("missingSegments", progress.missing());
        progress.image().filter(image -> progress.complete()).ifPresent(image -> report.put("image", image.toString()));
        return report;
    }
}
