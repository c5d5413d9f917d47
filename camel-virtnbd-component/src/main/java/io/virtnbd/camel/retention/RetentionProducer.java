/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.retention;

import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.source.RequestedBackups;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.engine.retention.Retention;
import io.virtnbd.engine.retention.RetentionOptions;
import io.virtnbd.engine.retention.RetentionReport;
import io.virtnbd.engine.retention.RetentionReport.Action;
import io.virtnbd.engine.retention.RetentionRules;
import io.virtnbd.store.BackupStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Deletes backups that need not be kept, and replaces the body by a report. */
public final class RetentionProducer extends DefaultProducer {

    private final EndpointOptions options;

    public RetentionProducer(Endpoint endpoint, EndpointOptions options) {
        super(endpoint);
        this.options = options;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RequestOptions request = new RequestOptions(options, message);
        TransferOptions transfer = new TransferOptions(request);
        BackupStore store = RequestedBackups.required(request, exchange);
        VirtNbdConfiguration configuration = options.configuration();
        RetentionReport report = Retention.run(store, new RetentionOptions(rules(configuration), request.domainName(),
                configuration.isSynthesize(), configuration.isDryRun(), transfer.reading(transfer.progress())), FileSteps.NONE);
        RequestOptions.removeOptionHeaders(message);
        message.setBody(body(store, report, configuration.isDryRun()));
    }

    /** @throws IllegalArgumentException if nothing would be kept */
    static RetentionRules rules(VirtNbdConfiguration configuration) {
        return new RetentionRules(configuration.getKeepLast(), configuration.getKeepDaily(), configuration.getKeepWeekly(),
                configuration.getKeepMonthly());
    }

    private static Map<String, Object> body(BackupStore store, RetentionReport report, boolean dryRun) {
        Map<String, List<Map<String, Object>>> domains = new LinkedHashMap<>();
        for (RetentionReport.Point point : report.points()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("checkpoint", point.checkpoint());
            each.put("level", point.level());
            each.put("date", point.date());
            each.put("set", point.set());
            each.put("action", point.action().name().toLowerCase(Locale.ROOT));
            each.put("reasons", point.reasons());
            domains.computeIfAbsent(point.domain(), any -> new ArrayList<>()).add(each);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("directory", store.name());
        body.put("dryRun", dryRun);
        body.put("kept", count(report, Action.KEPT));
        body.put("deleted", count(report, Action.DELETED));
        body.put("folded", count(report, Action.FOLDED));
        body.put("bytesFreed", report.bytes());
        body.put("domains", domains);
        body.put("problems", report.problems());
        return body;
    }

    private static long count(RetentionReport report, Action action) {
        return report.points().stream().filter(point -> point.action() == action).count();
    }
}
