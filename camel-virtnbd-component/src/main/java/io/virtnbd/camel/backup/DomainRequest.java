/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.option.LibvirtAddress;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.domain.BackupServerAddress;
import io.virtnbd.engine.domain.DomainBackupOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The options of one request for the backup of a domain. */
final class DomainRequest {

    private final VirtNbdConfiguration configuration;
    private final BackupRequest request;

    DomainRequest(BackupRequest request) {
        this.configuration = request.options().configuration();
        this.request = request;
    }

    /** Where the disks are served over TCP; empty for a unix socket. */
    Optional<BackupServerAddress> server() {
        return Optional.ofNullable(configuration.getBackupServerHost()).filter(host -> !host.isBlank())
                .or(() -> LibvirtAddress.host(configuration))
                .map(host -> new BackupServerAddress(host.replaceAll("^\\[|]$", ""), configuration.getBackupServerPort(),
                        configuration.isBackupServerTls()));
    }

    DomainBackupOptions options(ProgressListener progress) throws GeneralSecurityException, IOException {
        return new DomainBackupOptions(request.level().requested(), names(request.options().disks().or(this::onlyDisk)),
                names(request.excludedDisks()), configuration.getCheckpointPrefix(), configuration.getFreeze().mode(),
                Duration.ofMillis(configuration.getFreezeTimeout()), Path.of(configuration.getScratchDirectory()), server(),
                configuration.isIncludeSecrets(), Duration.ofMillis(configuration.getWaitForDomain()),
                new TransferOptions(request.options()).reading(progress), request.requestId());
    }

    /** Not from a header: there it tells what a backup before has left. */
    private Optional<String> onlyDisk() {
        return Optional.ofNullable(configuration.getDisk()).filter(disk -> !disk.isBlank());
    }

    private static Set<String> names(Optional<String> list) {
        return Arrays.stream(list.orElse("").split(",")).map(String::strip).filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
