/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtDomain;
import java.util.ArrayList;
import java.util.List;

/**
 * What is kept of a domain that is to be replaced.
 *
 * @param domain      it
 * @param xml         its definition, with passwords
 * @param checkpoints their XML, parents before children
 */
record SavedDomain(LibvirtDomain domain, String xml, List<String> checkpoints) {

    static SavedDomain of(LibvirtDomain domain) throws LibvirtCallException {
        List<String> checkpoints = new ArrayList<>();
        for (String name : domain.checkpoints()) {
            checkpoints.add(domain.checkpointXml(name));
        }
        return new SavedDomain(domain, domain.inactiveXml(true), checkpoints);
    }

    /** Defines it as it was. */
    void putBack(LibvirtConnection connection) throws LibvirtCallException {
        LibvirtDomain again = connection.define(xml, false);
        for (String checkpoint : checkpoints) {
            again.redefineCheckpoint(checkpoint);
        }
    }
}
