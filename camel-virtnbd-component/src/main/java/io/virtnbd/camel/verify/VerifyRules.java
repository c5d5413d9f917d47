/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.verify;

import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.VerifyConfiguration;

/** What is checked when an endpoint starts that verifies. */
public final class VerifyRules {

    static final int ALL = 100;

    private VerifyRules() {
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    public static void check(RequestOptions options) {
        VerifyConfiguration configuration = options.configuration();
        OptionRules.require(configuration.getPercent() >= 1 && configuration.getPercent() <= ALL, "percent",
                configuration.getPercent(), "1 to " + ALL);
        OptionRules.require(OptionRules.isBlank(configuration.getStateFile()) || configuration.getPercent() < ALL, "stateFile",
                configuration.getStateFile(), "none where all is read in each run: set percent to less than " + ALL);
        requireWhole(options);
    }

    /** @throws IllegalArgumentException if a part of the chains is asked for where all of each is verified */
    static void requireWhole(RequestOptions options) {
        VerifyConfiguration configuration = options.configuration();
        boolean partly = configuration.getPercent() < ALL;
        if ((configuration.isRecursive() || partly) && (options.disk().isPresent() || options.isUntil())) {
            throw new IllegalArgumentException((partly ? "percent" : "recursive") + " is set with disk or until, expected"
                    + " neither: it verifies the whole of each chain");
        }
    }
}
