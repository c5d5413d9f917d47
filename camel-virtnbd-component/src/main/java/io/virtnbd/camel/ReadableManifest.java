/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.DiskBackupOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;

/** The manifest's content. It is made when it is read, and only when everything that it lists was delivered. */
final class ReadableManifest implements ReopenableStream {

    private final BackupRun run;
    private final long timeoutMillis;

    ReadableManifest(BackupRun run, long timeoutMillis) {
        this.run = run;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public InputStream open() throws IOException {
        List<ManifestEntry> entries = run.log().entries(timeoutMillis);
        DiskBackupOptions options = run.options();
        Manifest manifest = new Manifest(run.domain(), options.level().label(), options.checkpoint(),
                run.metadata().parentCheckpoint(), run.metadata().date(), entries);
        return new ByteArrayInputStream(manifest.toJson());
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.empty();
    }
}
