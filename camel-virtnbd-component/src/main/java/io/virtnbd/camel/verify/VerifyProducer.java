/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.event.VerificationFailedEvent;
import io.virtnbd.camel.event.VirtNbdEvents;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.VerifyConfiguration;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.engine.verify.StoreVerifier;
import io.virtnbd.engine.verify.VerificationState;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Message;

/** Reads streams to their end, and replaces the body by a report. What is damaged fails the exchange. */
public final class VerifyProducer extends ReportProducer {

    private final CamelContext context;
    private final VerifyConfiguration configuration;
    private final VerificationState state;
    /** Runs that read a part follow each other. */
    private final ReentrantLock running = new ReentrantLock();

    public VerifyProducer(Endpoint endpoint, EndpointOptions options) {
        super(endpoint, options);
        context = options.context();
        configuration = options.configuration();
        state = configuration.getStateFile() == null ? VerificationState.inMemory()
                : VerificationState.file(Path.of(configuration.getStateFile()));
    }

    @Override
    Map<String, Object> backups(BackupStore store, RequestOptions options) throws Exception {
        VerifyRules.requireWhole(options);
        boolean partly = configuration.getPercent() < VerifyRules.ALL;
        if (!partly) {
            return tell(() -> verify(StoreVerifier.of(place(store, options)), options));
        }
        running.lock();
        try {
            return tell(() -> verify(
                    StoreVerifier.of(place(store, options), configuration.getPercent(), state), options));
        } finally {
            running.unlock();
        }
    }

    private BackupStore place(BackupStore store, RequestOptions options) throws IOException {
        BackupStore existing = BackupDirectory.existing(store);
        return configuration.isRecursive() ? existing : BackupSets.place(existing, options);
    }

    private VerifyOutcome verify(StoreVerifier verifier, RequestOptions options) throws IOException {
        if (configuration.isRecursive()) {
            return VerifyOutcome.ofTree(verifier.verifyTree());
        }
        Map<String, List<Map<String, Object>>> disks = new TreeMap<>();
        return VerifyOutcome.ofSet(verifier.verifySet(options.disk().orElse(null), options.until(), stream ->
                disks.computeIfAbsent(stream.disk(), disk -> new ArrayList<>()).add(VerifyReports.of(stream))), disks);
    }

    @Override
    Map<String, Object> streams(List<StreamInput> inputs, Message message) throws Exception {
        if (configuration.isRecursive() || configuration.getPercent() < VerifyRules.ALL) {
            throw new IllegalArgumentException((configuration.isRecursive() ? "recursive" : "percent")
                    + " is set and the body is a stream, expected a directory or a store");
        }
        return tell(() -> new StreamVerification(message).verify(inputs));
    }

    private interface Verification {
        VerifyOutcome run() throws IOException;
    }

    private Map<String, Object> tell(Verification verification) throws IOException {
        VerifyOutcome outcome;
        try {
            outcome = verification.run();
        } catch (IOException | RuntimeException e) {
            VirtNbdEvents.send(context, () -> new VerificationFailedEvent(context, Optional.empty(), e));
            throw e;
        }
        return outcome.tell(context, configuration.isFailOnDamage());
    }
}
