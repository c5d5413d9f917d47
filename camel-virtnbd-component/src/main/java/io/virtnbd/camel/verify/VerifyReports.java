/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.engine.verify.Check;
import io.virtnbd.engine.verify.Coverage;
import io.virtnbd.engine.verify.Problem;
import io.virtnbd.engine.verify.SetReport;
import io.virtnbd.engine.verify.StoreReport;
import io.virtnbd.engine.verify.StreamReport;
import io.virtnbd.engine.verify.VerifiedStream;
import io.virtnbd.sparsestream.StreamContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Reports of verifications as maps of texts, numbers, lists and maps. */
final class VerifyReports {

    static final String STATUS = "status";
    static final String PROBLEMS = "problems";

    private static final double NANOS = 1e9;

    private VerifyReports() {
    }

    static String status(boolean whole) {
        return whole ? "whole" : "damaged";
    }

    static Map<String, Object> of(VerifiedStream stream) {
        Map<String, Object> report = StreamReports.of(stream.content().metadata());
        addContent(report, stream);
        return report;
    }

    private static void addContent(Map<String, Object> report, VerifiedStream stream) {
        StreamContent content = stream.content();
        report.put("streamBytes", content.streamBytes());
        report.put("dataFrames", content.dataFrames());
        report.put("zeroFrames", content.zeroFrames());
        report.put("dataBytes", content.dataBytes());
        report.put("zeroBytes", content.zeroBytes());
        report.put("sha256", stream.sha256());
    }

    static Map<String, Object> of(StreamReport stream) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("file", stream.file());
        report.put("level", stream.level().label());
        report.put("disk", stream.disk());
        report.put(STATUS, status(!stream.damaged()));
        report.put("read", stream.content().isPresent());
        addChecks(report, stream.checks());
        report.put("seconds", seconds(stream.duration()));
        report.put("streamBytes", stream.bytes());
        stream.metadata().ifPresent(metadata -> report.putAll(StreamReports.of(metadata)));
        stream.content().ifPresent(content -> addContent(report, content));
        return report;
    }

    static void addChecks(Map<String, Object> report, Collection<Check> checks) {
        report.put("checks", checks.stream().sorted().map(Check::label).toList());
        report.put("contentChecked", checks.stream().anyMatch(Check::isOfContent));
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }

    static Map<String, Object> of(Problem problem) {
        Map<String, Object> report = new LinkedHashMap<>();
        problem.file().ifPresent(file -> report.put("file", file));
        report.put("problem", problem.kind().label());
        problem.expected().ifPresent(expected -> report.put("expected", expected));
        problem.found().ifPresent(found -> report.put("found", found));
        report.put("message", problem.message());
        return report;
    }

    /** @param disks reports of streams by disk */
    static Map<String, Object> ofSet(StoreReport store, Map<String, List<Map<String, Object>>> disks) {
        SetReport set = store.sets().get(0);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("directory", store.name());
        report.put(STATUS, status(set.isWhole()));
        Map<String, Object> summary = summary(set);
        summary.put("disks", disks);
        report.putAll(summary);
        report.put("problemCount", set.problemCount());
        report.put(PROBLEMS, set.problems().stream().map(VerifyReports::of).toList());
        store.coverage().ifPresent(coverage -> report.put("coverage", of(coverage)));
        return report;
    }

    private static Map<String, Object> summary(SetReport set) {
        Map<String, Object> report = new LinkedHashMap<>();
        set.domain().ifPresent(domain -> report.put("domain", domain));
        set.chain().ifPresent(chain -> report.put("chain", chain));
        report.put("disks", List.copyOf(set.disks()));
        report.put("streams", set.streams());
        report.put("streamBytes", set.streamBytes());
        report.put("streamsRead", set.streamsRead());
        report.put("bytesRead", set.bytesRead());
        report.put("streamsUnchecked", set.unchecked());
        report.put("unread", set.unread());
        report.put("manifests", set.manifests());
        report.put("seconds", seconds(set.duration()));
        return report;
    }

    static Map<String, Object> ofTree(StoreReport store) {
        Map<String, Object> verified = new LinkedHashMap<>();
        Map<String, Object> failed = new LinkedHashMap<>();
        List<Map<String, Object>> problems = new ArrayList<>();
        for (SetReport set : store.sets()) {
            if (set.isWhole()) {
                verified.put(set.name(), summary(set));
            } else {
                failed.put(set.name(), text(set));
            }
            for (Problem problem : set.problems()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("directory", set.name());
                one.putAll(of(problem));
                problems.add(one);
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("directory", store.name());
        report.put(STATUS, status(store.isWhole()));
        report.put("verified", verified);
        report.put("failed", failed);
        report.put("streams", sum(store, SetReport::streams));
        report.put("streamBytes", sum(store, SetReport::streamBytes));
        report.put("streamsRead", sum(store, SetReport::streamsRead));
        report.put("bytesRead", sum(store, SetReport::bytesRead));
        report.put("streamsUnchecked", sum(store, SetReport::unchecked));
        report.put("seconds", seconds(store.duration()));
        report.put("problemCount", sum(store, SetReport::problemCount));
        report.put(PROBLEMS, problems);
        store.coverage().ifPresent(coverage -> report.put("coverage", of(coverage)));
        return report;
    }

    static long sum(StoreReport store, ToLongFunction<SetReport> number) {
        return store.sets().stream().mapToLong(number).sum();
    }

    private static Map<String, Object> of(Coverage coverage) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("percent", coverage.percent());
        report.put("run", coverage.run());
        report.put("runsForAll", coverage.runs());
        report.put("backupsRead", coverage.unitsRead());
        report.put("backupsUnread", coverage.unitsUnread());
        report.put("neverVerified", coverage.neverVerified());
        coverage.oldest().ifPresent(oldest -> report.put("oldestVerification", oldest.toString()));
        return report;
    }

    /** What is wrong with a set, for people. */
    static String text(SetReport set) {
        return VerifyOutcome.joined(set.problems().stream().map(Problem::message).toList(), set.problemCount());
    }
}
