/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.retention;

import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.engine.ProgressListener;

/** What is checked when an endpoint starts that folds or deletes backups. */
public final class RetentionChecks {

    private RetentionChecks() {
    }

    /** @throws Exception if the options cannot be those of a fold; mostly an IllegalArgumentException that names one */
    public static void synthesize(RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = options.configuration();
        SynthesizeProducer.fold(options, ProgressListener.NONE);
        OptionRules.require(!configuration.isInPlace() || OptionRules.isBlank(configuration.getStore()), "inPlace", true,
                "false with store: only in a directory of this machine a chain can be replaced");
        OptionRules.requirePlainFrames(configuration);
    }

    /** @throws Exception if the options cannot be those of a retention; mostly an IllegalArgumentException that names one */
    public static void retention(RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = options.configuration();
        RetentionProducer.rules(configuration);
        new TransferOptions(options).reading(ProgressListener.NONE);
        OptionRules.require(!configuration.isSynthesize() || OptionRules.isBlank(configuration.getStore()), "synthesize", true,
                "false with store: only in a directory of this machine a chain can be folded");
        OptionRules.require(OptionRules.isBlank(configuration.getUntil()) && OptionRules.isBlank(configuration.getDisk())
                && OptionRules.isBlank(configuration.getDisks()) && OptionRules.isBlank(configuration.getChain()), "operation",
                "retention", "neither until, disk, disks nor chain: it is of whole backups, and of all chains of a domain");
    }
}
