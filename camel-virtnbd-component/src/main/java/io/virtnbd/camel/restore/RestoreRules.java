/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.option.BackupUnit;
import io.virtnbd.camel.option.CompressionMethod;
import io.virtnbd.camel.option.MissingDisks;
import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.RestoreCompletion;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.option.VirtNbdOperation;
import io.virtnbd.camel.restore.MachineRestore;
import io.virtnbd.camel.retention.RetentionProducer;
import io.virtnbd.camel.serve.ServeRequest;
import io.virtnbd.camel.verify.VerifyProducer;
import io.virtnbd.engine.ProgressListener;

/** What is checked when an endpoint starts that reads backups. */
final class ReadingRules {

    private static final int ALL = 100;

    private ReadingRules() {
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    static void check(VirtNbdEndpoint endpoint, RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = endpoint.getConfiguration();
        options.until();
        boolean target = endpoint.getOperation() == VirtNbdOperation.restore && options.image().isEmpty()
                && options.nbdUri().isEmpty();
        OptionRules.require(target || isBlank(configuration.getStore()) || isBlank(configuration.getDirectory()), "directory",
                configuration.getDirectory(), "none with store: backups are read from one place");
        switch (endpoint.getOperation()) {
            case restore -> restore(configuration, options);
            case verify -> verify(configuration, options);
            case serve -> new ServeRequest(endpoint).options();
            case retention -> retention(configuration, options);
            case synthesize -> synthesize(configuration, options);
            default -> { }
        }
    }

    private static void restore(VirtNbdConfiguration configuration, RequestOptions options) {
        if (options.image().isPresent() && options.nbdUri().isPresent()) {
            throw new IllegalArgumentException("image and nbdUri are both set, expected one: a restore has one target");
        }
        options.format();
        OptionRules.require(configuration.getConcurrentDisks() >= 1, "concurrentDisks", configuration.getConcurrentDisks(),
                "1 or more");
        machine(configuration, options);
        if (configuration.getCompletion() == RestoreCompletion.chain) {
            OptionRules.require(!configuration.isVerify(), "verify", true,
                    "false with completion=chain: the streams would be needed again");
            OptionRules.require(options.until().time().isEmpty(), "until", configuration.getUntil(),
                    "a checkpoint with completion=chain: of messages nothing tells which is the newest of a time");
            OptionRules.require(isBlank(configuration.getStore()), "store", configuration.getStore(),
                    "none with completion=chain: messages bring what is restored");
        }
    }

    private static void machine(VirtNbdConfiguration configuration, RequestOptions options) {
        options.machine();
        if (MachineRestore.isAskedFor(configuration)) {
            OptionRules.require(configuration.getCompletion() == RestoreCompletion.message, "completion",
                    configuration.getCompletion(), "message with define or start: the definition of the domain is in a backup set");
            return;
        }
        OptionRules.require(isBlank(configuration.getNewName()), "newName", configuration.getNewName(),
                "none without define or start");
        OptionRules.require(isBlank(configuration.getNewUuid()), "newUuid", configuration.getNewUuid(),
                "none without define or start");
        OptionRules.require(!configuration.isOverwriteDomain(), "overwriteDomain", true, "false without define or start");
        OptionRules.require(configuration.getMissingDisks() == MissingDisks.fail, "missingDisks",
                configuration.getMissingDisks(), "fail without define or start");
    }

    private static void synthesize(VirtNbdConfiguration configuration, RequestOptions options) throws Exception {
        options.fold(ProgressListener.NONE);
        OptionRules.require(!configuration.isInPlace() || isBlank(configuration.getStore()), "inPlace", true,
                "false with store: only in a directory of this machine a chain can be replaced");
        OptionRules.require(configuration.getUnit() != BackupUnit.frame || configuration.getCompression() == CompressionMethod.none,
                "compression", configuration.getCompression(), "none with unit=frame: use the lz4 data format in the route");
    }

    private static void retention(VirtNbdConfiguration configuration, RequestOptions options) throws Exception {
        RetentionProducer.rules(configuration);
        options.reading(ProgressListener.NONE);
        OptionRules.require(!configuration.isSynthesize() || isBlank(configuration.getStore()), "synthesize", true,
                "false with store: only in a directory of this machine a chain can be folded");
        OptionRules.require(isBlank(configuration.getUntil()) && isBlank(configuration.getDisk())
                && isBlank(configuration.getDisks()) && isBlank(configuration.getChain()), "operation", "retention",
                "neither until, disk, disks nor chain: it is of whole backups, and of all chains of a domain");
    }

    private static void verify(VirtNbdConfiguration configuration, RequestOptions options) {
        OptionRules.require(configuration.getPercent() >= 1 && configuration.getPercent() <= ALL, "percent",
                configuration.getPercent(), "1 to " + ALL);
        OptionRules.require(isBlank(configuration.getStateFile()) || configuration.getPercent() < ALL, "stateFile",
                configuration.getStateFile(), "none where all is read in each run: set percent to less than " + ALL);
        VerifyProducer.requireWhole(configuration, options);
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
