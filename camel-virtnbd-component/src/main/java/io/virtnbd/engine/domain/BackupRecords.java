/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtDomain;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The records of a domain, kept in its metadata, where they survive restarts of this program and of libvirtd, and migration.
 * Safe for use by several threads that hold the domain's lock.
 */
final class BackupRecords {

    static final String NAMESPACE = "urn:io.virtnbd:backups:1";
    static final String PREFIX = "virtnbd";

    private final LibvirtDomain domain;

    BackupRecords(LibvirtDomain domain) {
        this.domain = domain;
    }

    /**
     * The record for a prefix. Where there is none, numbers begin after those of checkpoints that are there already, which
     * somebody else has made.
     *
     * @throws DomainBackupException if the metadata are not what this program writes
     */
    BackupRecord read(String prefix) throws LibvirtCallException, DomainBackupException {
        BackupRecord record = all().get(prefix);
        if (record != null) {
            return record;
        }
        long first = 0;
        for (String checkpoint : domain.checkpoints()) {
            OptionalLong number = BackupRecord.number(prefix, checkpoint);
            first = Math.max(first, number.orElse(-1) + 1);
        }
        return BackupRecord.initial(prefix, first);
    }

    /** All records. */
    List<BackupRecord> readAll() throws LibvirtCallException, DomainBackupException {
        return List.copyOf(all().values());
    }

    /** Puts a record in the place of the one with its prefix. This is what commits: it is there as a whole or not at all. */
    void write(BackupRecord record) throws LibvirtCallException, DomainBackupException {
        SortedMap<String, BackupRecord> records = all();
        records.put(record.prefix(), record);
        domain.setMetadata(NAMESPACE, PREFIX, BackupRecordXml.write(records.values()));
    }

    private SortedMap<String, BackupRecord> all() throws LibvirtCallException, DomainBackupException {
        SortedMap<String, BackupRecord> records = new TreeMap<>();
        Optional<String> xml = domain.metadata(NAMESPACE);
        if (xml.isPresent()) {
            for (BackupRecord record : BackupRecordXml.read(domain.name(), xml.get())) {
                records.put(record.prefix(), record);
            }
        }
        return records;
    }
}
