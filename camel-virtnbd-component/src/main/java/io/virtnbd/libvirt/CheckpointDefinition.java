/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.List;
import java.util.Optional;

/**
 * A checkpoint: from which moment on a disk's changes are known.
 *
 * @param name   unique in a domain
 * @param parent the checkpoint before it, of whomever
 * @param disks  targets of the disks that have a bitmap of it; other disks have no part in it
 */
public record CheckpointDefinition(String name, Optional<String> parent, List<String> disks) {

    public CheckpointDefinition {
        disks = List.copyOf(disks);
    }

    /**
     * Reads a checkpoint's XML.
     *
     * @throws LibvirtCallException if it is no checkpoint XML
     */
    public static CheckpointDefinition parse(String xml) throws LibvirtCallException {
        return CheckpointXml.read(xml);
    }
}
