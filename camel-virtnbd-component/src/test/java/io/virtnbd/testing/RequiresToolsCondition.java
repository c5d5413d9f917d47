/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

final class RequiresToolsCondition implements ExecutionCondition {

    private static final Path QEMU_CONF = Path.of("/etc/libvirt/qemu.conf");
    private static final String QEMU_AS_ROOT = "user = \"root\"";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        List<String> missing = AnnotationSupport.findAnnotation(context.getElement(), RequiresTools.class).stream()
                .flatMap(required -> Arrays.stream(required.value()))
                .filter(tool -> !isOnPath(tool))
                .toList();
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("every tool is there");
        }
        if (missing.equals(List.of("libvirtd")) && "root".equals(System.getProperty("user.name")) && isInstalled("libvirtd")) {
            return Requirement.missing(context, QEMU_CONF + " does not have " + QEMU_AS_ROOT + ", which lets domains have their"
                    + " disks in temporary directories of root");
        }
        return Requirement.missing(context, "not on the PATH, or not to be started by this user: " + String.join(", ", missing));
    }

    private static boolean isOnPath(String tool) {
        if (tool.equals("libvirtd") && !("root".equals(System.getProperty("user.name")) && runsQemuAsRoot())) {
            return false; // the tests start it where it does not run, and make images for it
        }
        return isInstalled(tool);
    }

    private static boolean runsQemuAsRoot() {
        try {
            return Files.readAllLines(QEMU_CONF).contains(QEMU_AS_ROOT);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isInstalled(String tool) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }
}
