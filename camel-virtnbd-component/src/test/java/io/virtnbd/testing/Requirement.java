/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What becomes of a test whose machine lacks something. */
final class Requirement {

    private Requirement() {
    }

    /**
     * Skips the test and says so.
     *
     * @throws IllegalStateException when the environment says {@code CI=true}
     */
    static ConditionEvaluationResult missing(ExtensionContext context, String reason) {
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(reason + "; with CI=true no test may be skipped");
        }
        System.err.println("SKIPPED " + context.getDisplayName() + ": " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }
}
