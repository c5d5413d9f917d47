/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.XmlDocument;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * The definition of a domain for its restored disks.
 *
 * @param identity who it is
 * @param xml      its definition. Elements that are not known here are as in the backup
 * @param copies   files that must be there before it is started
 * @param warnings what a user should know
 */
record AdjustedDomain(Identity identity, String xml, List<FileCopy> copies, List<String> warnings) {

    /**
     * Changes nothing on this host.
     *
     * @param set      with the files of the backup
     * @param point    which backup
     * @param disks    what was or will be restored, by the targets of the domain's disks
     * @param options  what becomes of it
     * @throws io.virtnbd.chain.ChainException if files are missing or damaged
     * @throws MachineException                if it cannot be made
     */
    static AdjustedDomain of(BackupStore set, RestorePoint point, Map<String, RestoredDisk> disks, MachineOptions options)
            throws IOException {
        SetFiles files = SetFiles.of(set, point);
        Element domain = parse(set, point, files.domainXml());
        List<String> warnings = new ArrayList<>();
        Identity identity = Identity.of(domain, options);
        new DiskSources(identity.name(), disks, options.missingDisks(), warnings).applyTo(domain);
        List<FileCopy> copies = new BootFiles(identity, files, directory(disks), warnings).applyTo(domain);
        new HostState(identity).applyTo(domain);
        identity.applyTo(domain);
        return new AdjustedDomain(identity, XmlDocument.write(domain), copies, warnings);
    }

    private static Element parse(BackupStore set, RestorePoint point, String xml) throws MachineException {
        try {
            return XmlDocument.parse(xml, "domain");
        } catch (LibvirtCallException e) {
            throw new MachineException(set.name() + ": the definition of the domain at " + point.checkpoint() + ": "
                    + e.getMessage(), e);
        }
    }

    /** Beside the first image. */
    private static Optional<Path> directory(Map<String, RestoredDisk> disks) {
        return disks.values().stream().filter(disk -> disk.kind() == RestoredDisk.Kind.FILE)
                .map(disk -> disk.path().getParent()).findFirst();
    }
}
