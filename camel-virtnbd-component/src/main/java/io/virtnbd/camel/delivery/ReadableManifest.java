/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.BackupDescription;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;

/** The manifest's content. It is made when it is read, and only when everything that it lists was delivered. */
final class ReadableManifest implements ReopenableStream {

    private final BackupDescription backup;
    private final DeliveryLog log;
    private final long timeoutMillis;

    /** @param timeoutMillis how long to wait for what is still being delivered */
    ReadableManifest(BackupDescription backup, DeliveryLog log, long timeoutMillis) {
        this.backup = backup;
        this.log = log;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public InputStream open() throws IOException {
        List<ManifestEntry> entries = log.entries(timeoutMillis);
        Manifest manifest = new Manifest(backup.domain(), backup.level().label(), backup.checkpoint(),
                backup.parentCheckpoint(), backup.date(), entries);
        return new ByteArrayInputStream(manifest.toJson());
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.empty();
    }
}
