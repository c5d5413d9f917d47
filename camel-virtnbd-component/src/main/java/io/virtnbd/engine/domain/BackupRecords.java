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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of a domain, kept in its metadata, where they survive restarts of this program and of libvirtd, and migration.
 * Safe for use by several threads that hold the domain's lock.
 */
final class BackupRecords {

    private static final Logger LOG = LoggerFactory.getLogger(BackupRecords.class);

    static final String NAMESPACE = "urn:io.virtnbd:backups:1";
    static final String PREFIX = "virtnbd";

    private final LibvirtDomain domain;

    BackupRecords(LibvirtDomain domain) {
        this.domain = domain;
    }

    /**
     * The record that the next backup with a prefix goes by. Where there is none, numbers begin after those of checkpoints that
     * are there already, which somebody else has made. So they do where a checkpoint is newer than the record: then the record
     * is an old one that came back with an old definition of the domain, so that what is in it has been built on already, or
     * somebody else uses the prefix.
     *
     * @throws DomainBackupException if the metadata are not what this program writes
     */
    BackupRecord read(String prefix) throws LibvirtCallException, DomainBackupException {
        BackupRecord record = all().get(prefix);
        long newest = -1;
        for (String checkpoint : domain.checkpoints()) {
            OptionalLong number = BackupRecord.number(prefix, checkpoint);
            newest = Math.max(newest, number.orElse(-1));
        }
        if (record == null) {
            return BackupRecord.initial(prefix, newest + 1);
        }
        if (newest > record.highest()) {
            LOG.warn("{}: there is a checkpoint {}.{}, expected no number above {}, the highest of the record in the domain's"
                    + " metadata: a new chain begins, and the older checkpoints are left alone", domain.name(), prefix, newest,
                    record.highest());
            return record.begunAnew(newest + 1);
        }
        return record;
    }

    /** The record for a prefix as it is written; empty where there is none. */
    Optional<BackupRecord> find(String prefix) throws LibvirtCallException, DomainBackupException {
        return Optional.ofNullable(all().get(prefix));
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
