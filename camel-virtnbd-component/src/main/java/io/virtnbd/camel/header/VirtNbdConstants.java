/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.header;

import io.virtnbd.camel.store.StoreHeaders;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Metadata;

/** Names of the headers that are set on messages of a backup, and of those that override options. */
public final class VirtNbdConstants {

    @Metadata(description = "File name of the artifact in a backup set, as virtnbdrestore expects it; can have a"
                            + " directory.", javaType = "String")
    public static final String FILE_NAME = Exchange.FILE_NAME;

    @Metadata(description = "Name of the domain. On a request: the domain, by name or UUID, where the endpoint does not"
                            + " name one. After a restore with define: the name of the domain that was defined.", javaType = "String")
    public static final String DOMAIN = "CamelVirtNbdDomain";

    @Metadata(description = "Name of the disk, for example vda. On a request: the disk, where the endpoint does not name"
                            + " one.", javaType = "String")
    public static final String DISK = "CamelVirtNbdDisk";

    @Metadata(description = "Level of the backup: copy, full, inc or diff; for a message of a disk, what its stream"
                            + " covers, which can be full within an inc. On a request: the level, or auto, where the"
                            + " endpoint does not say one.", javaType = "String")
    public static final String LEVEL = "CamelVirtNbdLevel";

    @Metadata(description = "Why this level, in words for people.", javaType = "String")
    public static final String REASON = "CamelVirtNbdReason";

    @Metadata(description = "What the message is: disk, segment, frame, domainXml, checkpointXml, imageInfo, loader,"
                            + " nvram, kernel, initrd or manifest.", javaType = "String")
    public static final String ARTIFACT = "CamelVirtNbdArtifact";

    @Metadata(description = "Checkpoint that the backup made.", javaType = "String")
    public static final String CHECKPOINT = "CamelVirtNbdCheckpoint";

    @Metadata(description = "Checkpoint that the backup builds on, empty for a full or copy backup.", javaType = "String")
    public static final String PARENT_CHECKPOINT = "CamelVirtNbdParentCheckpoint";

    @Metadata(description = "Checkpoint of the full or copy that the chain begins with: the same for all backups that are"
                            + " restored together, and so a directory's name for them. For a bare export with the date and time.",
              javaType = "String")
    public static final String CHAIN = "CamelVirtNbdChain";

    @Metadata(description = "On a request: an id of it, 1 to 200 characters. Where the backup of a domain that it asks for was"
                            + " committed before, none is made. Messages of the backup have it too.", javaType = "String")
    public static final String REQUEST_ID = "CamelVirtNbdRequestId";

    @Metadata(description = "Is true where no backup was made, because the request has made one before, of which the other"
                            + " headers tell. Else it is not there.", javaType = "Boolean")
    public static final String DUPLICATE = "CamelVirtNbdDuplicate";

    @Metadata(description = "Size of the disk in bytes.", javaType = "Long")
    public static final String VIRTUAL_SIZE = "CamelVirtNbdVirtualSize";

    @Metadata(description = "Bytes of disk content in the stream, uncompressed and without zeroes.", javaType = "Long")
    public static final String DATA_SIZE = "CamelVirtNbdDataSize";

    @Metadata(description = "Index of the segment, from 0.", javaType = "Integer")
    public static final String SEGMENT_INDEX = "CamelVirtNbdSegmentIndex";

    @Metadata(description = "Number of segments of the disk in this backup.", javaType = "Integer")
    public static final String SEGMENT_COUNT = "CamelVirtNbdSegmentCount";

    @Metadata(description = "Kind of the frame: meta, data, zero, stop or comp.", javaType = "String")
    public static final String FRAME_KIND = "CamelVirtNbdFrameKind";

    @Metadata(description = "First byte on the disk of a data or zero frame.", javaType = "Long")
    public static final String FRAME_START = "CamelVirtNbdFrameStart";

    @Metadata(description = "Length that the frame's header gives: bytes of the disk (uncompressed) for a data or zero"
                            + " frame, bytes of JSON for a meta or comp frame.", javaType = "Long")
    public static final String FRAME_LENGTH = "CamelVirtNbdFrameLength";

    @Metadata(description = "Exact number of bytes of the body, where it is known before the body is read: always, except"
                            + " for whole disks that are compressed and for manifests. Object stores need it, for example"
                            + " as CamelAwsS3ContentLength.", javaType = "Long")
    public static final String CONTENT_LENGTH = "CamelVirtNbdContentLength";

    @Metadata(description = "On a request: overrides the option nbdUri. Of a disk that is served: its URI, where it is one.",
              javaType = "String")
    public static final String NBD_URI = "CamelVirtNbdNbdUri";

    @Metadata(label = "producer", description = "Overrides the option disks.", javaType = "String")
    public static final String DISKS = "CamelVirtNbdDisks";

    @Metadata(label = "producer", description = "Overrides the option excludeDisks.", javaType = "String")
    public static final String EXCLUDE_DISKS = "CamelVirtNbdExcludeDisks";

    @Metadata(label = "producer", description = "Overrides the option unit: disk, segment or frame.", javaType = "String")
    public static final String UNIT = "CamelVirtNbdUnit";

    @Metadata(label = "producer", description = "Overrides the option segmentSize.", javaType = "String")
    public static final String SEGMENT_SIZE = "CamelVirtNbdSegmentSize";

    @Metadata(label = "producer", description = "Overrides the option compression: none or lz4.", javaType = "String")
    public static final String COMPRESSION = "CamelVirtNbdCompression";

    @Metadata(label = "producer", description = "Overrides the option compressionLevel.", javaType = "Integer")
    public static final String COMPRESSION_LEVEL = "CamelVirtNbdCompressionLevel";

    @Metadata(label = "producer", description = "Overrides the option image.", javaType = "String")
    public static final String IMAGE = "CamelVirtNbdImage";

    @Metadata(label = "producer", description = "Overrides the option format: qcow2 or raw.", javaType = "String")
    public static final String FORMAT = "CamelVirtNbdFormat";

    @Metadata(label = "producer", description = "Overrides the option directory.", javaType = "String")
    public static final String DIRECTORY = "CamelVirtNbdDirectory";

    @Metadata(label = "producer", description = "Overrides the option until.", javaType = "String")
    public static final String UNTIL = "CamelVirtNbdUntil";

    @Metadata(label = "producer", description = "Overrides the option overwrite.", javaType = "Boolean")
    public static final String OVERWRITE = "CamelVirtNbdOverwrite";

    @Metadata(label = "producer", description = "Overrides the option store.",
              javaType = "String")
    public static final String STORE = "CamelVirtNbdStore";

    @Metadata(label = "producer", description = "Overrides the option check: full or structure.",
              javaType = "String")
    public static final String CHECK = "CamelVirtNbdCheck";

    @Metadata(label = "producer", description = "With completion=chain: true on the message with which the restore is complete; its body can"
                            + " be empty.",
              javaType = "Boolean")
    public static final String COMPLETE = "CamelVirtNbdComplete";

    @Metadata(label = "producer", description = "Overrides the option newName.",
              javaType = "String")
    public static final String NEW_NAME = "CamelVirtNbdNewName";

    @Metadata(label = "producer", description = "For serve: stop ends what messages to endpoints of the same name have"
                            + " started, or only the server of the disk whose URI the header CamelVirtNbdNbdUri has. By default"
                            + " start.", javaType = "String")
    public static final String SERVE = "CamelVirtNbdServe";

    @Metadata(description = "On a message to the endpoint of the option store: list, read or delete.",
              javaType = "String")
    public static final String STORE_OPERATION = StoreHeaders.OPERATION;

    @Metadata(description = "On a message to the endpoint of the option store that reads a part of a file: its first"
                            + " byte, from 0.",
              javaType = "Long")
    public static final String RANGE_START = StoreHeaders.RANGE_START;

    @Metadata(description = "On a message to the endpoint of the option store that reads a part of a file: its last byte,"
                            + " which belongs to it.",
              javaType = "Long")
    public static final String RANGE_END = StoreHeaders.RANGE_END;

    @Metadata(description = "On the answer of the endpoint of the option store to list: whether it reads parts of files.",
              javaType = "Boolean")
    public static final String SEEKABLE = StoreHeaders.SEEKABLE;

    @Metadata(description = "On a message to the endpoint of the option store that reads a file: the tag that it was listed"
                            + " with, if any. A file that has another by now must not be read.",
              javaType = "String")
    public static final String FILE_TAG = StoreHeaders.FILE_TAG;

    private VirtNbdConstants() {
    }
}
