/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.camel.VirtNbdEndpoint;
import io.virtnbd.camel.backup.DomainPattern;
import io.virtnbd.camel.backup.DomainRequest;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.DiskReadOptions;

/** What is checked when an endpoint starts, so that a mistake is not found out at night. */
final class OptionRules {

    private static final int MOST_COMPRESSION = 12;

    private OptionRules() {
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    static void checkConsumer(VirtNbdEndpoint endpoint) {
        if (endpoint.getOperation() == VirtNbdOperation.serve) {
            return;
        }
        if (endpoint.getOperation() != VirtNbdOperation.backup) {
            throw new IllegalArgumentException("operation " + endpoint.getOperation()
                    + " cannot start a route, only backup and serve can: " + endpoint.getEndpointUri());
        }
        if (endpoint.getName() == null && new RequestOptions(endpoint, null).nbdUri().isEmpty()) {
            throw new IllegalArgumentException("a scheduled backup needs a domain's name, as in virtnbd:backup:vm1, or it"
                    + " needs the option nbdUri: " + endpoint.getEndpointUri());
        }
    }

    /** @throws IllegalArgumentException if the endpoint cannot have a producer */
    static void checkProducer(VirtNbdEndpoint endpoint) {
        if (endpoint.getOperation() == VirtNbdOperation.backup && new RequestOptions(endpoint, null).nbdUri().isEmpty()) {
            requireOneDomain(endpoint.getName());
        }
    }

    /** @throws IllegalArgumentException if it is a pattern */
    static void requireOneDomain(String name) {
        if (DomainPattern.isPattern(name)) {
            throw new IllegalArgumentException("the domain is '" + name + "', expected one domain: only a scheduled backup"
                    + " takes a pattern");
        }
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    static void check(VirtNbdEndpoint endpoint) throws Exception {
        RequestOptions options = new RequestOptions(endpoint, null);
        options.client();
        OptionScope.check(endpoint);
        switch (endpoint.getOperation()) {
            case backup -> checkBackup(endpoint, options);
            case domains -> { }
            default -> ReadingRules.check(endpoint, options);
        }
    }

    private static void checkBackup(VirtNbdEndpoint endpoint, RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = endpoint.getConfiguration();
        long requestSize = ByteSize.parse("requestSize", configuration.getRequestSize());
        require(Long.bitCount(requestSize) == 1 && requestSize >= DiskReadOptions.MIN_REQUEST_SIZE
                        && requestSize <= DiskReadOptions.MAX_REQUEST_SIZE, "requestSize", configuration.getRequestSize(),
                "a power of two from 64k to 16m");
        long segmentSize = ByteSize.parse("segmentSize", configuration.getSegmentSize());
        require(segmentSize >= DiskReadOptions.MIN_SEGMENT_SIZE && segmentSize <= DiskReadOptions.MAX_SEGMENT_SIZE,
                "segmentSize", configuration.getSegmentSize(), "64k to 1g");
        require(configuration.getCompressionLevel() >= 1 && configuration.getCompressionLevel() <= MOST_COMPRESSION,
                "compressionLevel", configuration.getCompressionLevel(), "1 to " + MOST_COMPRESSION);
        require(configuration.getManifestTimeout() >= 0, "manifestTimeout", configuration.getManifestTimeout(), "0 or more");
        require(configuration.getUnit() != BackupUnit.frame || configuration.getCompression() == CompressionMethod.none,
                "compression", configuration.getCompression(), "none with unit=frame: use the lz4 data format in the route");
        require(ByteSize.parse("maxInflightSize", configuration.getMaxInflightSize()) > 0, "maxInflightSize",
                configuration.getMaxInflightSize(), "more than 0");
        require(configuration.getConcurrentConsumers() >= 1, "concurrentConsumers", configuration.getConcurrentConsumers(),
                "1 or more");
        require(configuration.getBackupTimeout() >= 0, "backupTimeout", configuration.getBackupTimeout(), "0 or more");
        if (options.nbdUri().isPresent()) {
            options.backup();
        } else {
            checkDomain(endpoint, options);
        }
    }

    private static void checkDomain(VirtNbdEndpoint endpoint, RequestOptions options) throws Exception {
        VirtNbdConfiguration configuration = endpoint.getConfiguration();
        DomainRequest request = new DomainRequest(endpoint, options);
        require(configuration.getFreezeTimeout() > 0, "freezeTimeout", configuration.getFreezeTimeout(), "more than 0");
        require(configuration.getWaitForDomain() >= 0, "waitForDomain", configuration.getWaitForDomain(), "0 or more");
        require(!configuration.isBackupServerTls() || request.server().isPresent(), "backupServerTls", true,
                "false: the disks are served over a unix socket; TLS needs the option backupServerHost, or a uri with a host");
        for (String disk : request.options(ProgressListener.NONE).disks()) {
            BackupFileNames.stream(disk, Level.COPY, "", 0);
        }
        // a number of five digits could be taken for a segment's index, where the prefix ends in a number itself
        BackupFileNames.stream("vda", Level.INC, configuration.getCheckpointPrefix() + ".10000", 0);
        if (endpoint.getName() != null) {
            options.domain();
        }
    }

    static void require(boolean condition, String option, Object found, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(option + " is '" + found + "', expected " + expected);
        }
    }
}
