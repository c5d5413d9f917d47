/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Programs that only some tests need. */
final class Tools {

    private Tools() {
    }

    /** Skips the test, and says so, where a program is not on the PATH; with {@code CI=true} it fails. */
    static void require(String... programs) {
        List<String> missing = Arrays.stream(programs).filter(program -> !isOnPath(program)).toList();
        if (missing.isEmpty()) {
            return;
        }
        String reason = "not on the PATH: " + String.join(", ", missing);
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(reason + "; with CI=true no test may be skipped");
        }
        System.err.println("SKIPPED: " + reason);
        Assumptions.abort(reason);
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
