/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.option.LibvirtConfiguration;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.domain.BackupServerAddress;
import io.virtnbd.engine.domain.DomainBackupOptions;
import io.virtnbd.libvirt.LibvirtOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The options of one request for the backup of a domain. */
final class DomainRequest {

    private final LibvirtConfiguration configuration;
    private final RequestOptions request;
    private final String onlyDisk;

    DomainRequest(VirtNbdEndpoint endpoint, RequestOptions request) {
        this.configuration = endpoint.getConfiguration();
        this.request = request;
        this.onlyDisk = endpoint.getConfiguration().getDisk();
    }

    /** Where the domain is. */
    static LibvirtOptions libvirt(LibvirtConfiguration configuration) {
        return new LibvirtOptions(uri(configuration), configuration.getUsername(), configuration.getPassword());
    }

    /** Camel decodes a plus sign in the query of an endpoint's URI to a blank, which can stand nowhere in a scheme. */
    private static String uri(LibvirtConfiguration configuration) {
        return configuration.getUri().replaceFirst("^(\\w+) (\\w+:)", "$1+$2");
    }

    /** The host that a libvirt URI names; empty for a daemon on this one. */
    static Optional<String> host(LibvirtConfiguration configuration) {
        try {
            return Optional.ofNullable(URI.create(uri(configuration)).getHost());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("uri is '" + configuration.getUri() + "', expected the URI of a libvirt"
                    + " daemon, as in qemu:///system", e);
        }
    }

    /** Where the disks are served over TCP; empty for a unix socket. */
    Optional<BackupServerAddress> server() {
        return Optional.ofNullable(configuration.getBackupServerHost()).filter(host -> !host.isBlank())
                .or(() -> host(configuration))
                .map(host -> new BackupServerAddress(host.replaceAll("^\\[|]$", ""), configuration.getBackupServerPort(),
                        configuration.isBackupServerTls()));
    }

    DomainBackupOptions options(ProgressListener progress) throws GeneralSecurityException, IOException {
        return new DomainBackupOptions(request.level().requested(), names(request.disks().or(this::onlyDisk)),
                names(request.excludedDisks()), request.checkpointPrefix(), configuration.getFreeze().mode(),
                Duration.ofMillis(configuration.getFreezeTimeout()), Path.of(configuration.getScratchDirectory()), server(),
                configuration.isIncludeSecrets(), Duration.ofMillis(configuration.getWaitForDomain()),
                request.reading(progress), request.requestId());
    }

    /** Not from a header: there it tells what a backup before has left. */
    private Optional<String> onlyDisk() {
        return Optional.ofNullable(onlyDisk).filter(disk -> !disk.isBlank());
    }

    private static Set<String> names(Optional<String> list) {
        return Arrays.stream(list.orElse("").split(",")).map(String::strip).filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
