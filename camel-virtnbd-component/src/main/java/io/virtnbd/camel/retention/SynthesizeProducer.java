/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.retention;

import io.virtnbd.camel.backup.BackupServices;
import io.virtnbd.camel.backup.BegunBackup;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.source.RequestedBackups;
import io.virtnbd.chain.BackupCatalog;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.engine.directory.UnfinishedChanges;
import io.virtnbd.engine.synthetic.FoldOptions;
import io.virtnbd.engine.synthetic.FoldReport;
import io.virtnbd.engine.synthetic.InPlaceFold;
import io.virtnbd.engine.synthetic.SyntheticFull;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Folds a chain into one full: a backup to deliver, or in its place. */
public final class SynthesizeProducer extends DefaultProducer {

    private final EndpointOptions options;
    private final BackupServices services;

    public SynthesizeProducer(Endpoint endpoint, EndpointOptions options, BackupServices services) {
        super(endpoint);
        this.options = options;
        this.services = services;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        RequestOptions request = new RequestOptions(options, message);
        BackupStore place = RequestedBackups.required(request, exchange);
        BackupDirectory.existing(place);
        if (!options.configuration().isInPlace()) {
            BackupStore folded = set(place, request);
            BegunBackup.open(exchange, request, services, request.domainName().orElse(folded.name()),
                    progress -> SyntheticFull.open(folded, fold(request, progress)));
            return;
        }
        Path tree = place.path("").orElseThrow(() -> new IllegalArgumentException(
                "inPlace is set, expected a directory of this machine, found " + place.name()));
        // a set whose change was interrupted may not be found before; why it cannot be finished is said where it is read
        UnfinishedChanges.recover(tree.toRealPath(), FileSteps.NONE);
        FoldReport report = InPlaceFold.fold(set(place, request).path("").orElseThrow(),
                fold(request, new TransferOptions(request).progress()), FileSteps.NONE);
        RequestOptions.removeOptionHeaders(message);
        message.setHeader(VirtNbdConstants.DOMAIN, report.domain());
        message.setHeader(VirtNbdConstants.CHECKPOINT, report.checkpoint());
        message.setBody(body(report));
    }

    /** What to fold, and how. */
    static FoldOptions fold(RequestOptions request, ProgressListener listener) throws GeneralSecurityException, IOException {
        return new FoldOptions(request.domainName(), request.until(), new TransferOptions(request).reading(listener));
    }

    /** The place itself, unless the sets of several domains or chains are below it. */
    private static BackupStore set(BackupStore place, RequestOptions request) throws IOException {
        BackupCatalog catalog = BackupCatalog.read(place);
        boolean here = catalog.sets().isEmpty() || catalog.sets().get(0).path().isEmpty() && catalog.sets().size() == 1;
        return here ? place
                : catalog.find(request.domainName().orElse(null), request.chain(false).orElse(null)).store();
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
