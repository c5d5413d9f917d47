/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.option.ByteSize;
import io.virtnbd.camel.option.EndpointOptions;
import io.virtnbd.camel.option.OptionRules;
import io.virtnbd.camel.option.RequestOptions;
import io.virtnbd.camel.option.TransferOptions;
import io.virtnbd.camel.option.VirtNbdConfiguration;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.DiskReadOptions;

/** What is checked when an endpoint starts that backs up. */
public final class BackupRules {

    private static final int MOST_COMPRESSION = 12;

    private BackupRules() {
    }

    /**
     * Checks what only a consumer needs.
     *
     * @param uri of the endpoint
     * @throws IllegalArgumentException if nothing says what to back up
     */
    public static void checkConsumer(EndpointOptions endpoint, String uri) {
        if (endpoint.name() == null && new RequestOptions(endpoint, null).nbdUri().isEmpty()) {
            throw new IllegalArgumentException("a scheduled backup needs a domain's name, as in virtnbd:backup:vm1, or it"
                    + " needs the option nbdUri: " + uri);
        }
    }

    /** @throws IllegalArgumentException if the endpoint names a pattern, and cannot have a producer */
    public static void checkProducer(EndpointOptions endpoint) {
        if (new RequestOptions(endpoint, null).nbdUri().isEmpty()) {
            DomainPattern.requireNone(endpoint.name());
        }
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    public static void check(RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = options.configuration();
        long requestSize = ByteSize.parse("requestSize", configuration.getRequestSize());
        OptionRules.require(Long.bitCount(requestSize) == 1 && requestSize >= DiskReadOptions.MIN_REQUEST_SIZE
                        && requestSize <= DiskReadOptions.MAX_REQUEST_SIZE, "requestSize", configuration.getRequestSize(),
                "a power of two from 64k to 16m");
        long segmentSize = ByteSize.parse("segmentSize", configuration.getSegmentSize());
        OptionRules.require(segmentSize >= DiskReadOptions.MIN_SEGMENT_SIZE && segmentSize <= DiskReadOptions.MAX_SEGMENT_SIZE,
                "segmentSize", configuration.getSegmentSize(), "64k to 1g");
        OptionRules.require(configuration.getCompressionLevel() >= 1 && configuration.getCompressionLevel() <= MOST_COMPRESSION,
                "compressionLevel", configuration.getCompressionLevel(), "1 to " + MOST_COMPRESSION);
        OptionRules.require(configuration.getManifestTimeout() >= 0, "manifestTimeout", configuration.getManifestTimeout(),
                "0 or more");
        OptionRules.requirePlainFrames(configuration);
        OptionRules.require(ByteSize.parse("maxInflightSize", configuration.getMaxInflightSize()) > 0, "maxInflightSize",
                configuration.getMaxInflightSize(), "more than 0");
        OptionRules.require(configuration.getConcurrentConsumers() >= 1, "concurrentConsumers",
                configuration.getConcurrentConsumers(), "1 or more");
        OptionRules.require(configuration.getBackupTimeout() >= 0, "backupTimeout", configuration.getBackupTimeout(), "0 or more");
        BackupRequest request = new BackupRequest(options);
        if (request.isOfExport()) {
            request.export(new TransferOptions(options).progress());
        } else {
            checkDomain(configuration, request);
        }
    }

    private static void checkDomain(VirtNbdConfiguration configuration, BackupRequest request) throws Exception {
        DomainRequest domain = new DomainRequest(request);
        OptionRules.require(configuration.getFreezeTimeout() > 0, "freezeTimeout", configuration.getFreezeTimeout(),
                "more than 0");
        OptionRules.require(configuration.getWaitForDomain() >= 0, "waitForDomain", configuration.getWaitForDomain(),
                "0 or more");
        OptionRules.require(!configuration.isBackupServerTls() || domain.server().isPresent(), "backupServerTls", true,
                "false: the disks are served over a unix socket; TLS needs the option backupServerHost, or a uri with a host");
        for (String disk : domain.options(ProgressListener.NONE).disks()) {
            BackupFileNames.stream(disk, Level.COPY, "", 0);
        }
        // a number of five digits could be taken for a segment's index, where the prefix ends in a number itself
        BackupFileNames.stream("vda", Level.INC, configuration.getCheckpointPrefix() + ".10000", 0);
        if (request.options().endpoint().name() != null) {
            request.domain();
        }
    }
}
