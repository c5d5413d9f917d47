/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.option.BackupLevel;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.BackupDate;
import io.virtnbd.engine.backup.DiskBackupOptions;
import io.virtnbd.engine.domain.RequestId;
import io.virtnbd.nbd.protocol.NbdUri;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** What one request asks for that makes a backup, of a domain or a bare export. */
final class BackupRequest {

    private final RequestOptions options;
    private final VirtNbdConfiguration configuration;

    BackupRequest(RequestOptions options) {
        this.options = options;
        this.configuration = options.configuration();
    }

    RequestOptions options() {
        return options;
    }

    boolean isOfExport() {
        return options.nbdUri().isPresent();
    }

    /** What is backed up: the domain, or what the backup of a bare export is called. */
    String name() {
        return isOfExport() ? exportName() : domain();
    }

    /** The level to back up at. What a backup before has left in the message is no request. */
    BackupLevel level() {
        if (configuration.getLevel() != null) {
            return configuration.getLevel();
        }
        boolean result = options.message().map(message -> message.getHeader(VirtNbdConstants.LEVEL))
                .filter(ResultLevel::isResult).isPresent();
        return result ? BackupLevel.auto : options.value(VirtNbdConstants.LEVEL, BackupLevel.class, BackupLevel.auto);
    }

    /**
     * What the message says that it is known by.
     *
     * @throws IllegalArgumentException if that can be no id
     */
    Optional<String> requestId() {
        return Optional.ofNullable(options.value(VirtNbdConstants.REQUEST_ID, String.class, null))
                .map(id -> RequestId.check("header " + VirtNbdConstants.REQUEST_ID, id));
    }

    Optional<String> excludedDisks() {
        return options.text(VirtNbdConstants.EXCLUDE_DISKS, configuration.getExcludeDisks());
    }

    /** Name or UUID of the domain to back up; a pattern only where there is no message. */
    String domain() {
        String domain = options.domainName().orElseThrow(() -> new IllegalArgumentException(
                "backup needs a domain: its name in the endpoint's URI, as in virtnbd:backup:vm1, or the header "
                        + VirtNbdConstants.DOMAIN + "; for a bare export it needs the option nbdUri or the header "
                        + VirtNbdConstants.NBD_URI));
        BackupFileNames.manifest(domain, configuration.getCheckpointPrefix() + ".0");
        if (options.message().isPresent()) {
            DomainPattern.requireNone(domain);
        }
        return domain;
    }

    /** What the backup of a bare export is called. */
    String exportName() {
        return options.domainName()
                .or(() -> options.nbdUri().map(NbdUri::exportName).filter(export -> !export.isEmpty())).orElse("disk");
    }

    /** How the disk of a bare export is called. */
    private String exportedDisk() {
        return options.disks().or(options::disk).orElse("vda");
    }

    /** A backup of a bare export: a copy without a parent, whose checkpoint is always the first. */
    DiskBackupOptions export(ProgressListener listener) throws GeneralSecurityException, IOException {
        if (level() != BackupLevel.auto && level() != BackupLevel.copy) {
            throw new IllegalArgumentException("level is '" + level() + "', expected auto or copy: a bare export has no"
                    + " checkpoints");
        }
        String checkpoint = configuration.getCheckpointPrefix() + ".0";
        BackupFileNames.manifest(exportName(), checkpoint);
        BackupFileNames.stream(exportedDisk(), Level.COPY, checkpoint, 0);
        return new DiskBackupOptions(options.nbdUri().orElseThrow(), exportedDisk(), "qcow2", Level.COPY, Optional.empty(),
                checkpoint, "", BackupDate.now(), "", new TransferOptions(options).reading(listener));
    }
}
