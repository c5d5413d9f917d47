/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.chain.Chain;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtDomain;
import io.virtnbd.store.BackupStore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the domain of a backup back: checked before its disks are restored, defined afterwards. */
public final class DomainRestore {

    private static final Logger LOG = LoggerFactory.getLogger(DomainRestore.class);

    private final AdjustedDomain adjusted;
    private final MachineOptions options;

    private DomainRestore(AdjustedDomain adjusted, MachineOptions options) {
        this.adjusted = adjusted;
        this.options = options;
    }

    /**
     * Looks whether the domain can be defined when the disks are there. Nothing changes.
     *
     * @param connection to the daemon that is to define it; it may be another for {@link #define}
     * @param set        with the files of the backup
     * @param chains     of the disks that are to be restored, at least one: the newest of their last backups tells the definition
     * @param disks      where they are restored to, by the targets of the domain's disks
     * @throws io.virtnbd.chain.ChainException          if the definition, or a file that the domain is started with, is missing in
     *                                                  the backup, or damaged
     * @throws java.nio.file.FileAlreadyExistsException if such a file is there already
     * @throws MachineException                         if a disk is missing, or the domain exists
     * @throws LibvirtCallException                     if the daemon cannot be reached
     */
    public static DomainRestore check(LibvirtConnection connection, BackupStore set, Collection<Chain> chains,
            Map<String, RestoredDisk> disks, MachineOptions options) throws IOException {
        AdjustedDomain adjusted = AdjustedDomain.of(set, RestorePoint.of(chains), disks, options);
        if (!options.overwriteFiles()) {
            for (FileCopy copy : adjusted.copies()) {
                copy.requireFree();
            }
        }
        new DomainSwap(connection, adjusted.identity(), options.overwriteDomain()).inTheWay();
        return new DomainRestore(adjusted, options);
    }

    /**
     * Defines the domain and, where asked for, starts it.
     *
     * @throws MachineException     if it exists by now, is not accepted, or does not start. Then domains that were there are there
     *                              as before; one that does not start stays defined
     * @throws LibvirtCallException if the daemon cannot be reached
     */
    public DefinedDomain define(LibvirtConnection connection) throws IOException {
        LibvirtDomain domain = copyAndDefine(connection);
        adjusted.warnings().forEach(warning -> LOG.warn("domain {}: {}", domain.name(), warning));
        if (options.start()) {
            try {
                domain.start();
            } catch (LibvirtCallException e) {
                throw new MachineException("domain " + domain.name() + " is restored and defined, and could not be started: "
                        + e.getMessage(), e);
            }
        }
        LOG.info("domain {} ({}) is {}", domain.name(), domain.uuid(), options.start() ? "started" : "defined");
        return new DefinedDomain(domain.name(), domain.uuid(), options.start());
    }

    private LibvirtDomain copyAndDefine(LibvirtConnection connection) throws IOException {
        List<FileCopy> made = new ArrayList<>();
        try {
            for (FileCopy copy : adjusted.copies()) {
                copy.make(options.overwriteFiles());
                made.add(copy);
            }
            return new DomainSwap(connection, adjusted.identity(), options.overwriteDomain()).define(adjusted.xml());
        } catch (IOException e) {
            // one that replaced another may be all that is left of it
            if (!options.overwriteFiles()) {
                for (FileCopy copy : made) {
                    Files.deleteIfExists(copy.target());
                }
            }
            throw e;
        }
    }
}
