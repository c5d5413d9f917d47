/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.backup.BackupRules;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.OptionScope;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.camel.option.VirtNbdOperation;
import io.virtnbd.camel.restore.RestoreRules;
import io.virtnbd.camel.retention.RetentionChecks;
import io.virtnbd.camel.serve.ServeRules;
import io.virtnbd.camel.verify.VerifyRules;

/** What is checked when an endpoint starts, so that a mistake is not found out at night. */
final class EndpointRules {

    private EndpointRules() {
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    static void checkConsumer(EndpointOptions endpoint, String uri) {
        if (endpoint.operation() == VirtNbdOperation.backup) {
            BackupRules.checkConsumer(endpoint, uri);
        } else if (endpoint.operation() != VirtNbdOperation.serve) {
            throw new IllegalArgumentException("operation " + endpoint.operation()
                    + " cannot start a route, only backup and serve can: " + uri);
        }
    }

    /** @throws IllegalArgumentException if the endpoint cannot have a producer */
    static void checkProducer(EndpointOptions endpoint) {
        if (endpoint.operation() == VirtNbdOperation.backup) {
            BackupRules.checkProducer(endpoint);
        }
    }

    /**
     * Checks the options.
     *
     * @param common what the component has for all its endpoints
     * @throws IllegalArgumentException naming the option, what is expected and what was found
     */
    static void check(EndpointOptions endpoint, VirtNbdConfiguration common) throws Exception {
        RequestOptions options = new RequestOptions(endpoint, null);
        new TransferOptions(options).client();
        OptionScope.check(endpoint, common);
        switch (endpoint.operation()) {
            case backup -> BackupRules.check(options);
            case domains -> { }
            default -> checkReading(options);
        }
    }

    private static void checkReading(RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = options.configuration();
        VirtNbdOperation operation = options.endpoint().operation();
        options.until();
        boolean target = operation == VirtNbdOperation.restore && RestoreRules.isDirectoryTarget(options);
        OptionRules.require(target || OptionRules.isBlank(configuration.getStore())
                        || OptionRules.isBlank(configuration.getDirectory()), "directory", configuration.getDirectory(),
                "none with store: backups are read from one place");
        switch (operation) {
            case restore -> RestoreRules.check(options);
            case verify -> VerifyRules.check(options);
            case serve -> ServeRules.check(options);
            case retention -> RetentionChecks.retention(options);
            case synthesize -> RetentionChecks.synthesize(options);
            default -> { }
        }
    }
}
