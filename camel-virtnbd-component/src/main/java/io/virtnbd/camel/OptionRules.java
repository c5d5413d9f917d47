/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.engine.backup.DiskReadOptions;

/** What is checked when an endpoint starts, so that a mistake is not found out at night. */
final class OptionRules {

    private static final int MOST_COMPRESSION = 12;

    private OptionRules() {
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    static void checkConsumer(VirtNbdEndpoint endpoint) {
        if (endpoint.getOperation() != VirtNbdOperation.backup) {
            throw new IllegalArgumentException("operation " + endpoint.getOperation()
                    + " cannot start a route, only backup can: " + endpoint.getEndpointUri());
        }
        if (new RequestOptions(endpoint, null).nbdUri().isEmpty()) {
            throw new IllegalArgumentException("a scheduled backup needs the option nbdUri: " + endpoint.getEndpointUri());
        }
    }

    /** @throws IllegalArgumentException naming the option, what is expected and what was found */
    static void check(VirtNbdEndpoint endpoint) throws Exception {
        VirtNbdConfiguration configuration = endpoint.getConfiguration();
        RequestOptions options = new RequestOptions(endpoint, null);
        options.client();
        switch (endpoint.getOperation()) {
            case backup -> checkBackup(configuration, options);
            case restore -> checkRestore(options);
            case verify, inspect -> { }
        }
    }

    private static void checkBackup(VirtNbdConfiguration configuration, RequestOptions options) throws Exception {
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
        if (options.nbdUri().isPresent()) {
            options.backup();
        }
    }

    private static void checkRestore(RequestOptions options) {
        if (options.image().isPresent() && options.nbdUri().isPresent()) {
            throw new IllegalArgumentException("image and nbdUri are both set, expected one: a restore has one target");
        }
        options.format();
    }

    private static void require(boolean condition, String option, Object found, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(option + " is '" + found + "', expected " + expected);
        }
    }
}
