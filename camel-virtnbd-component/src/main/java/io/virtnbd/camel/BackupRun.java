/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.engine.backup.DiskBackup;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.apache.camel.Message;

/** A backup that has begun: its source is open, and its parts can be handed out. */
final class BackupRun {

    private final DiskBackup source;
    private final BackupSession session;
    private final DeliveryLog log;
    private final String domain;
    private final DiskBackupOptions options;
    private final BackupUnit unit;
    private final VirtNbdConfiguration configuration;

    private BackupRun(DiskBackup source, String domain, DiskBackupOptions options, BackupUnit unit,
            VirtNbdConfiguration configuration) {
        String name = "backup " + options.checkpoint() + " of " + domain;
        this.source = source;
        this.domain = domain;
        this.session = new BackupSession(name, source);
        this.log = new DeliveryLog(name);
        this.options = options;
        this.unit = unit;
        this.configuration = configuration;
    }

    /**
     * Connects to the export and plans its backup.
     *
     * @param request null for a scheduled backup
     */
    static BackupRun begin(VirtNbdEndpoint endpoint, Message request) throws IOException, GeneralSecurityException {
        RequestOptions requested = new RequestOptions(endpoint, request);
        BackupUnit unit = requested.unit();
        DiskBackupOptions options = requested.backup();
        if (unit == BackupUnit.frame && options.reading().compression().lz4()) {
            throw new IllegalArgumentException("compression is lz4, expected none with unit=frame: use the lz4 data format");
        }
        return new BackupRun(DiskBackup.open(options), requested.domain(), options, unit, endpoint.getConfiguration());
    }

    BackupSession session() {
        return session;
    }

    DeliveryLog log() {
        return log;
    }

    DiskBackup source() {
        return source;
    }

    BackupUnit unit() {
        return unit;
    }

    String domain() {
        return domain;
    }

    DiskBackupOptions options() {
        return options;
    }

    StreamMetadata metadata() {
        return source.metadata();
    }

    ReadableManifest manifest() {
        return new ReadableManifest(this, configuration.getManifestTimeout());
    }

    boolean checksums() {
        return configuration.getChecksum() == ChecksumMethod.sha256;
    }

    String manifestName() {
        return BackupFileNames.manifest(domain, options.checkpoint());
    }

    /** The headers of the backup: all its messages have them, and the exchange that made it. */
    Map<String, Object> headers() {
        return Map.of(VirtNbdConstants.DOMAIN, domain,
                VirtNbdConstants.LEVEL, options.level().label(),
                VirtNbdConstants.CHECKPOINT, options.checkpoint(),
                VirtNbdConstants.PARENT_CHECKPOINT, metadata().parentCheckpoint());
    }

    /** The headers of the disk, which messages have that belong to it. */
    Map<String, Object> diskHeaders() {
        return Map.of(VirtNbdConstants.DISK, metadata().diskName(),
                VirtNbdConstants.VIRTUAL_SIZE, metadata().virtualSize(),
                VirtNbdConstants.DATA_SIZE, metadata().dataSize());
    }
}
