/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

final class RequiresToolsCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<String> missing = AnnotationSupport.findAnnotation(context.getElement(), RequiresTools.class).stream()
                .flatMap(required -> Arrays.stream(required.value()))
                .filter(tool -> !isOnPath(tool))
                .toList();
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("every tool is there");
        }
        return Requirement.missing(context, "not on the PATH, or not to be started by this user: " + String.join(", ", missing));
    }

    private static boolean isOnPath(String tool) {
        if (tool.equals("libvirtd") && !"root".equals(System.getProperty("user.name"))) {
            return false; // the tests start it where it does not run, and make images for it
        }
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }
}
