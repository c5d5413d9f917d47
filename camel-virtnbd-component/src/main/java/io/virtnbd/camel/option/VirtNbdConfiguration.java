/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.engine.ProgressListener;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** What is backed up and how, and what is restored and where to. */
@UriParams
public class VirtNbdConfiguration extends VerifyConfiguration implements Cloneable {

    @UriParam
    @Metadata(description = "Name of the disk. For restore, verify and inspect: which one, where a backup set has several."
                            + " For the backup of a domain: the only one to back up. For that of a bare export: how the disk is"
                            + " called in the stream and in file names, by default vda.")
    private String disk;
    @UriParam
    @Metadata(description = "Backup only: target names of the disks to back up, separated by commas; by default all. A bare"
                            + " export is one disk, and this one name is its name, as with the option disk.")
    private String disks;
    @UriParam(defaultValue = "disk")
    @Metadata(description = "Backup only: how the backup is cut into messages. With disk each disk is one message, with"
                            + " segment many small streams that can be delivered, retried and restored one by one, with frame"
                            + " there is one message for each frame of each stream.")
    private BackupUnit unit = BackupUnit.disk;
    @UriParam(defaultValue = "16m")
    @Metadata(description = "Backup only: most bytes of disk content in one segment, 64k to 1g. Units are powers of 1024.")
    private String segmentSize = "16m";
    @UriParam(defaultValue = "none")
    @Metadata(description = "Backup only: whether disk content is compressed, lazily and in parallel, as it is read. Frames are"
                            + " compressed by the lz4 data format instead.")
    private CompressionMethod compression = CompressionMethod.none;
    @UriParam(defaultValue = "1")
    @Metadata(description = "Backup only: compression level as the lz4 tools have it, from 1 (fastest) to 12 (smallest).")
    private int compressionLevel = 1;
    @UriParam(defaultValue = "virtnbd")
    @Metadata(description = "Backup only: first part of the names of checkpoints; a domain has one chain for each prefix. The"
                            + " checkpoint of a bare export is always the prefix with .0.")
    private String checkpointPrefix = "virtnbd";
    @UriParam(label = "advanced", defaultValue = "sha256")
    @Metadata(description = "Backup only: whether the manifest has the SHA-256 of each artifact. It is computed while the"
                            + " receiver reads.")
    private ChecksumMethod checksum = ChecksumMethod.sha256;
    @UriParam(label = "advanced", defaultValue = "300000", javaType = "java.time.Duration")
    @Metadata(description = "Backup only: how long the manifest waits for artifacts that are still being delivered, where"
                            + " messages are processed in parallel. Then its delivery fails.")
    private long manifestTimeout = 300_000;
    @UriParam(label = "advanced", defaultValue = "64m")
    @Metadata(description = "Backup only: most bytes of content in the messages that are on their way at once, where they are"
                            + " processed in parallel or by other threads. The next message is made only when there is room for"
                            + " it; one that is larger goes alone. A whole disk counts as what is read ahead of it. Units are"
                            + " powers of 1024.")
    private String maxInflightSize = "64m";
    @UriParam(label = "consumer", defaultValue = "1")
    @Metadata(description = "Most messages of a backup that a consumer sends through its route at once. The manifest is sent"
                            + " when all others were delivered.")
    private int concurrentConsumers = 1;
    @UriParam(label = "advanced")
    @Metadata(description = "Is told how far a backup or a restore has come.")
    private ProgressListener progressListener;

    /** An independent configuration with the same options. */
    public VirtNbdConfiguration copy() {
        try {
            return (VirtNbdConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public String getDisk() {
        return disk;
    }

    public void setDisk(String disk) {
        this.disk = disk;
    }

    public String getDisks() {
        return disks;
    }

    public void setDisks(String disks) {
        this.disks = disks;
    }

    public BackupUnit getUnit() {
        return unit;
    }

    public void setUnit(BackupUnit unit) {
        this.unit = unit;
    }

    public String getSegmentSize() {
        return segmentSize;
    }

    public void setSegmentSize(String segmentSize) {
        this.segmentSize = segmentSize;
    }

    public CompressionMethod getCompression() {
        return compression;
    }

    public void setCompression(CompressionMethod compression) {
        this.compression = compression;
    }

    public int getCompressionLevel() {
        return compressionLevel;
    }

    public void setCompressionLevel(int compressionLevel) {
        this.compressionLevel = compressionLevel;
    }

    public String getCheckpointPrefix() {
        return checkpointPrefix;
    }

    public void setCheckpointPrefix(String checkpointPrefix) {
        this.checkpointPrefix = checkpointPrefix;
    }

    public ChecksumMethod getChecksum() {
        return checksum;
    }

    public void setChecksum(ChecksumMethod checksum) {
        this.checksum = checksum;
    }

    public long getManifestTimeout() {
        return manifestTimeout;
    }

    /** @param manifestTimeout in milliseconds */
    public void setManifestTimeout(long manifestTimeout) {
        this.manifestTimeout = manifestTimeout;
    }

    public String getMaxInflightSize() {
        return maxInflightSize;
    }

    public void setMaxInflightSize(String maxInflightSize) {
        this.maxInflightSize = maxInflightSize;
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public ProgressListener getProgressListener() {
        return progressListener;
    }

    public void setProgressListener(ProgressListener progressListener) {
        this.progressListener = progressListener;
    }
}
