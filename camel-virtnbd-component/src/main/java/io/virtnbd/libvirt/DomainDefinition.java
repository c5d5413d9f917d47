/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.List;
import java.util.Optional;

/**
 * What backups need of a domain's XML.
 *
 * @param name           of the domain
 * @param uuid           in lower case with hyphens
 * @param disks          in the order of the definition
 * @param loader         path of the firmware's code, if it is a file
 * @param nvram          path of the firmware's variables, if they are a file
 * @param kernel         path of a kernel that is started directly
 * @param initrd         path of its initial RAM disk
 * @param agentConnected whether a guest agent's channel is there and, as far as libvirt knows, the agent is running
 */
public record DomainDefinition(String name, String uuid, List<DomainDisk> disks, Optional<String> loader,
                               Optional<String> nvram, Optional<String> kernel, Optional<String> initrd,
                               boolean agentConnected) {

    public DomainDefinition {
        disks = List.copyOf(disks);
    }

    /**
     * Reads a domain's XML.
     *
     * @throws LibvirtCallException if it is no domain XML
     */
    public static DomainDefinition parse(String xml) throws LibvirtCallException {
        return DomainXml.read(xml);
    }
}
