/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import java.nio.file.Path;
import java.util.Map;

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
}
