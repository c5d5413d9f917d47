/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.Optional;

/**
 * A disk in a domain's definition.
 *
 * @param target   name in the guest's definition, for example {@code vda}; unique in a domain
 * @param device   {@code disk}, {@code cdrom}, {@code floppy} or {@code lun}
 * @param type     kind of source: {@code file}, {@code block}, {@code network}, {@code volume}, …
 * @param format   format of the image as the driver names it, for example {@code qcow2} or {@code raw}; {@code raw} where it is
 *                 not given
 * @param path     file or block device on the host; empty for other sources, and for a drive without a medium
 * @param readOnly whether the guest cannot write to it
 */
public record DomainDisk(String target, String device, String type, String format, Optional<String> path,
                         boolean readOnly) {

    /** Whether it is a disk, in contrast to a drive with a medium. */
    public boolean isDisk() {
        return device.equals("disk") || device.equals("lun");
    }

    /** Whether changes can be tracked in bitmaps that outlast the domain: only qcow2 images that are written to hold them. */
    public boolean tracksChanges() {
        return format.equals("qcow2") && !readOnly;
    }
}
