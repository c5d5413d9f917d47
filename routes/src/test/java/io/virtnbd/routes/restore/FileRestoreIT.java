/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Restores from a directory. */
class FileRestoreIT extends RestoreContract {

    @Override
    void startServer() {
        // none
    }

    @Override
    void stopServer() {
        // none
    }

    @Override
    String sink() {
        return "kamelet:virtnbd-file-sink?directory=" + kept();
    }

    @Override
    String template() {
        return "virtnbd-restore-from-file";
    }

    @Override
    Map<String, Object> store() {
        return Map.of("directory", kept());
    }

    @Override
    Path kept() {
        return shared.resolve("backups");
    }

    @Test
    void refusesStreamsOfWhichNoManifestTells() throws Exception {
        Path chain = kept().resolve(sets().domain()).resolve(sets().plain().chain());
        List<Path> manifests;
        try (Stream<Path> files = Files.list(chain)) {
            manifests = files.filter(file -> file.getFileName().toString().startsWith(sets().domain() + ".")).toList();
        }
        assertThat(manifests).hasSize(3);
        for (Path manifest : manifests) {
            save(manifest);
            Files.delete(manifest);
        }

        assertNothingRestored(restore(sets().plain(), Map.of("until", sets().plain().checkpoint())), chain.toString(),
                "expected manifests to compare the streams with, found none");
    }
}
