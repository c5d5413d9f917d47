/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.event.VerificationSummary;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.engine.verify.Check;
import io.virtnbd.engine.verify.Problem;
import io.virtnbd.engine.verify.VerifiedStream;
import io.virtnbd.sparsestream.StreamContent;
import io.virtnbd.store.Interruptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Message;

/** Verifies streams that no set is known of, one after the other; one that is damaged keeps no other from it. */
final class StreamVerification {

    private final Message message;
    private final List<Map<String, Object>> reports = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final long started = System.nanoTime();
    private long whole;
    private long bytes;
    private IOException first;

    /** @param message gets the headers of the last whole stream */
    StreamVerification(Message message) {
        this.message = message;
    }

    /** @throws IOException if the thread is interrupted */
    VerifyOutcome verify(List<StreamInput> inputs) throws IOException {
        for (StreamInput input : inputs) {
            verify(input);
        }
        Map<String, Object> report = new LinkedHashMap<>();
        if (reports.size() == 1) {
            report = reports.get(0);
        } else {
            report.put(VerifyReports.STATUS, VerifyReports.status(problems.isEmpty()));
            report.put("streams", reports);
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - started);
        report.put("seconds", VerifyReports.seconds(duration));
        VerificationSummary summary = new VerificationSummary(inputs.get(0).name(), Set.of(), Set.of(), 0, inputs.size(),
                whole, bytes, problems.size(), duration);
        return new VerifyOutcome(report, summary, problems.isEmpty() ? Optional.empty()
                : Optional.of(VerifyOutcome.joined(problems, problems.size())), first);
    }

    private void verify(StreamInput input) throws IOException {
        Map<String, Object> report;
        try (InputStream stream = input.open()) {
            VerifiedStream verified = VerifiedStream.read(stream);
            StreamContent content = verified.content();
            StreamReports.setHeaders(message, content.metadata());
            report = VerifyReports.of(verified);
            report.put(VerifyReports.STATUS, VerifyReports.status(true));
            EnumSet<Check> checks = EnumSet.of(Check.STRUCTURE, Check.END);
            if (content.checksummed()) {
                checks.add(Check.LZ4);
            }
            VerifyReports.addChecks(report, checks);
            report.put(VerifyReports.PROBLEMS, List.of());
            whole++;
            bytes += content.streamBytes();
        } catch (IOException e) {
            Interruptions.rethrow(e);
            first = first == null ? e : first;
            Problem problem = Problem.of(input.name(), input.name(), e);
            problems.add(problem.message());
            report = new LinkedHashMap<>();
            report.put(VerifyReports.STATUS, VerifyReports.status(false));
            report.put(VerifyReports.PROBLEMS, List.of(VerifyReports.of(problem)));
        }
        reports.add(report);
    }
}
