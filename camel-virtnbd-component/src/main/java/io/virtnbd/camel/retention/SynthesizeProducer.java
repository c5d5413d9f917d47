/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.retention;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.VirtNbdProducer;
import io.virtnbd.camel.backup.BackupStart;
import io.virtnbd.camel.backup.BegunBackup;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.chain.BackupCatalog;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.engine.directory.UnfinishedChanges;
import io.virtnbd.engine.synthetic.FoldReport;
import io.virtnbd.engine.synthetic.InPlaceFold;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Folds a chain into one full: a backup to deliver, or in its place. */
final class SynthesizeProducer extends VirtNbdProducer {

    SynthesizeProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RequestOptions options = new RequestOptions(getEndpoint(), message);
        BackupStore place = options.backups(exchange).orElseThrow(() -> new IllegalArgumentException(
                "synthesize needs backups: the option directory or store, a header for it, or a directory in the body"));
        BackupSets.existing(place);
        if (!getEndpoint().getConfiguration().isInPlace()) {
            BegunBackup.hand(exchange, getEndpoint(), BackupStart.fold(getEndpoint(), message, set(place, options)));
            return;
        }
        Path tree = place.path("").orElseThrow(() -> new IllegalArgumentException(
                "inPlace is set, expected a directory of this machine, found " + place.name()));
        // a set whose change was interrupted may not be found before; why it cannot be finished is said where it is read
        UnfinishedChanges.recover(tree.toRealPath(), FileSteps.NONE);
        FoldReport report = InPlaceFold.fold(set(place, options).path("").orElseThrow(), options.fold(options.progress()),
                FileSteps.NONE);
        RequestOptions.removeOptionHeaders(message);
        message.setHeader(VirtNbdConstants.DOMAIN, report.domain());
        message.setHeader(VirtNbdConstants.CHECKPOINT, report.checkpoint());
        message.setBody(body(report));
    }

    /** The place itself, unless the sets of several domains or chains are below it. */
    private BackupStore set(BackupStore place, RequestOptions options) throws IOException {
        BackupCatalog catalog = BackupCatalog.read(place);
        boolean here = catalog.sets().isEmpty() || catalog.sets().get(0).path().isEmpty() && catalog.sets().size() == 1;
        return here ? place
                : catalog.find(options.domainName().orElse(null), options.chain(false).orElse(null)).store();
    }

    private static Map<String, Object> body(FoldReport report) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("domain", report.domain());
        body.put("checkpoint", report.checkpoint());
        body.put("backups", report.backups());
        body.put("written", report.written());
        body.put("deleted", report.deleted());
        body.put("bytesBefore", report.bytesBefore());
        body.put("bytesAfter", report.bytesAfter());
        return body;
    }
}
