/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.ProgressListener;
import io.virtnbd.engine.backup.DiskReadOptions;

/** What is checked when an endpoint starts, so that a mistake is not found out at night. */
final class OptionRules {

    private static final int MOST_COMPRESSION = 12;
    private static final int ALL = 100;

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
        if (endpoint.getOperation() == VirtNbdOperation.domains
                && endpoint.getConfiguration().getNbdUri() != null) {
            throw new IllegalArgumentException("nbdUri is set, expected none: domains are listed by libvirt, not by an export");
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
        require(!endpoint.getConfiguration().isRecursive() || endpoint.getOperation() == VirtNbdOperation.verify, "recursive", true,
                "false: only verify takes directories below one");
        switch (endpoint.getOperation()) {
            case backup -> checkBackup(endpoint, options);
            case restore -> checkRestore(endpoint.getConfiguration(), options);
            case verify -> checkVerify(endpoint.getConfiguration());
            case serve -> new ServeRequest(endpoint).options();
            case retention -> checkRetention(endpoint.getConfiguration(), options);
            case synthesize -> checkSynthesize(endpoint.getConfiguration(), options);
            case inspect, domains -> { }
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

    private static void checkSynthesize(VirtNbdConfiguration configuration, RequestOptions options) throws Exception {
        options.fold(ProgressListener.NONE);
        require(!configuration.isInPlace() || configuration.getStore() == null, "inPlace", true,
                "false with store: only in a directory of this machine a chain can be replaced");
        require(configuration.getUnit() != BackupUnit.frame || configuration.getCompression() == CompressionMethod.none,
                "compression", configuration.getCompression(), "none with unit=frame: use the lz4 data format in the route");
    }

    private static void checkRetention(VirtNbdConfiguration configuration, RequestOptions options) throws Exception {
        RetentionProducer.rules(configuration);
        options.reading(ProgressListener.NONE);
        require(!configuration.isSynthesize() || configuration.getStore() == null, "synthesize", true,
                "false with store: only in a directory of this machine a chain can be folded");
        require(configuration.getUntil() == null && configuration.getDisk() == null && configuration.getDisks() == null
                && configuration.getChain() == null, "operation", "retention",
                "neither until, disk, disks nor chain: it is of whole backups, and of all chains of a domain");
    }

    private static void checkVerify(VirtNbdConfiguration configuration) {
        require(configuration.getPercent() >= 1 && configuration.getPercent() <= ALL, "percent", configuration.getPercent(),
                "1 to " + ALL);
        require(configuration.getStateFile() == null || configuration.getPercent() < ALL, "stateFile",
                configuration.getStateFile(), "none where all is read in each run: set percent to less than " + ALL);
    }

    private static void checkRestore(RestoreConfiguration configuration, RequestOptions options) {
        if (options.image().isPresent() && options.nbdUri().isPresent()) {
            throw new IllegalArgumentException("image and nbdUri are both set, expected one: a restore has one target");
        }
        options.format();
        require(configuration.getConcurrentDisks() >= 1, "concurrentDisks", configuration.getConcurrentDisks(), "1 or more");
        require(!configuration.isVerify() || configuration.getCompletion() == RestoreCompletion.message, "verify", true,
                "false with completion=chain: the streams would be needed again");
    }

    private static void require(boolean condition, String option, Object found, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(option + " is '" + found + "', expected " + expected);
        }
    }
}
