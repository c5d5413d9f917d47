/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import io.virtnbd.camel.option.MissingDisks;
import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.RestoreCompletion;
import io.virtnbd.camel.option.VirtNbdConfiguration;

/** What is checked when an endpoint starts that restores. */
public final class RestoreRules {

    private RestoreRules() {
    }

    /** Whether the directory is where images are created, and not where backups are. */
    public static boolean isDirectoryTarget(RequestOptions options) {
        return new RestoreRequest(options).image().isEmpty() && options.nbdUri().isEmpty();
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    public static void check(RequestOptions options) {
        VirtNbdConfiguration configuration = options.configuration();
        RestoreRequest request = new RestoreRequest(options);
        request.requireOneTarget();
        request.format();
        OptionRules.require(configuration.getConcurrentDisks() >= 1, "concurrentDisks", configuration.getConcurrentDisks(),
                "1 or more");
        machine(configuration, request);
        if (configuration.getCompletion() == RestoreCompletion.chain) {
            OptionRules.require(!configuration.isVerify(), "verify", true,
                    "false with completion=chain: the streams would be needed again");
            OptionRules.require(options.until().time().isEmpty(), "until", configuration.getUntil(),
                    "a checkpoint with completion=chain: of messages nothing tells which is the newest of a time");
            OptionRules.require(OptionRules.isBlank(configuration.getStore()), "store", configuration.getStore(),
                    "none with completion=chain: messages bring what is restored");
        }
    }

    private static void machine(VirtNbdConfiguration configuration, RestoreRequest request) {
        request.machine();
        if (MachineRestore.isAskedFor(configuration)) {
            OptionRules.require(configuration.getCompletion() == RestoreCompletion.message, "completion",
                    configuration.getCompletion(), "message with define or start: the definition of the domain is in a backup set");
            return;
        }
        OptionRules.require(OptionRules.isBlank(configuration.getNewName()), "newName", configuration.getNewName(),
                "none without define or start");
        OptionRules.require(OptionRules.isBlank(configuration.getNewUuid()), "newUuid", configuration.getNewUuid(),
                "none without define or start");
        OptionRules.require(!configuration.isOverwriteDomain(), "overwriteDomain", true, "false without define or start");
        OptionRules.require(configuration.getMissingDisks() == MissingDisks.fail, "missingDisks",
                configuration.getMissingDisks(), "fail without define or start");
    }
}
