/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.nbd.protocol.NbdUri;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a disk was restored to.
 *
 * @param kind   of the target
 * @param path   absolute path of the image or the block device; null for an export
 * @param export the export; null for the others
 * @param format {@code qcow2} or {@code raw}: of what is in it
 */
public record RestoredDisk(Kind kind, Path path, NbdUri export, String format) {

    /** What a disk can be restored to. */
    public enum Kind {
        FILE,
        BLOCK,
        EXPORT
    }

    public RestoredDisk {
        Objects.requireNonNull(format, "format");
        if ((kind == Kind.EXPORT) != (path == null) || (path == null) == (export == null)) {
            throw new IllegalArgumentException("a restored disk is an image, a block device or an export: kind is " + kind
                    + ", path is " + path + ", export is " + export);
        }
    }

    /** An image. */
    public static RestoredDisk image(Path image, String format) {
        return new RestoredDisk(Kind.FILE, image.toAbsolutePath().normalize(), null, format);
    }

    /** A block device. */
    public static RestoredDisk device(Path device, String format) {
        return new RestoredDisk(Kind.BLOCK, device.toAbsolutePath().normalize(), null, format);
    }

    /** An export, whose content is the disk. */
    public static RestoredDisk export(NbdUri uri) {
        return new RestoredDisk(Kind.EXPORT, null, uri, "raw");
    }
}
