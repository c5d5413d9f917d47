/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

final class RequiresGuestKernelCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return GuestKernel.find().isPresent() ? ConditionEvaluationResult.enabled("there is a kernel")
                : Requirement.missing(context, "no " + GuestKernel.PATTERN + " in boot of " + GuestKernel.ROOTS
                        + ", where Debian's package linux-image-cloud-amd64 is to be unpacked or installed");
    }
}
