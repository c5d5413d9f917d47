/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.engine.Closing;
import io.virtnbd.engine.backup.BackedUpDisk;
import io.virtnbd.engine.backup.BackupDate;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.qemu.QemuImage;
import io.virtnbd.engine.qemu.QemuNbd;
import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.DomainDisk;
import io.virtnbd.libvirt.LibvirtDomain;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Begins the backup of a domain that is off, from its images. qemu-nbd opens them read-only and locks them, so that the domain
 * cannot start meanwhile and change what is read. Used once, under the domain's lock.
 */
final class OfflineStart {

    private final LibvirtDomain domain;
    private final DomainBackupOptions options;
    private final BackupRecords records;
    private final DomainDefinition definition;
    private final List<DomainDisk> selected;

    OfflineStart(LibvirtDomain domain, DomainBackupOptions options) throws IOException {
        this.domain = domain;
        this.options = options;
        this.records = new BackupRecords(domain);
        this.definition = DomainDefinition.parse(domain.xml());
        DomainNames.check(domain.name(), options.checkpointPrefix());
        this.selected = DiskSelection.select(definition, options.disks(), options.excludedDisks());
    }

    /** @param lock is passed to the backup; still the caller's if this fails */
    DomainBackup begin(DomainLock lock, Runnable afterwards) throws IOException {
        Map<DomainDisk, QemuImage> images = images();
        BackupRecord record = records.read(options.checkpointPrefix());
        BackupPlan plan = new OfflinePlanner(domain.name(), record, images).plan(options.level());
        BackupTransaction transaction = BackupTransaction.begin(domain, records, plan, record);
        Map<String, QemuNbd> servers = new HashMap<>();
        Closeable source = () -> Closing.all(servers.values());
        try {
            for (PlannedDisk disk : plan.disks()) {
                servers.put(disk.target(), serve(disk));
            }
            String checkpoint = transaction.checkpoint();
            SideFiles sideFiles = new SideFiles(domain.name(), checkpoint, true);
            sideFiles.domainXml(domain.inactiveXml(options.includeSecrets()));
            for (PlannedDisk disk : plan.disks()) {
                sideFiles.imageInfo(disk.disk());
            }
            sideFiles.bootFiles(definition);
            BackupDescription description = plan.describe(domain.name(), checkpoint, BackupDate.now(), Optional.empty(),
                    options.requestId());
            List<BackedUpDisk> disks = DiskOpener.openAll(plan, description, transaction.epochSeconds(),
                    options.reading(),
                    disk -> servers.get(disk.target()).uri(), disk -> disk.since().map(DiskOpener::bitmapContext));
            return new DomainBackup(description, disks, sideFiles.list(), transaction, source, lock, afterwards);
        } catch (Throwable e) {
            Closing.after(e, source, transaction::rollBack);
            throw e;
        }
    }

    private Map<DomainDisk, QemuImage> images() throws IOException {
        if (options.server().isPresent()) {
            throw new DomainBackupException("domain " + domain.name() + " is off and on another host, where its images cannot be"
                    + " read; start it, or run the backup on its host");
        }
        Map<DomainDisk, QemuImage> images = new LinkedHashMap<>();
        for (DomainDisk disk : selected) {
            Path path = disk.path().map(Path::of).orElseThrow(() -> new DomainBackupException("domain " + domain.name()
                    + " is off and its disk " + disk.target() + " is not a file or a device of this host but a " + disk.type()
                    + "; start the domain, or leave the disk out with excludeDisks=" + disk.target()));
            images.put(disk, QemuImage.read(path, disk.format()));
        }
        return images;
    }

    private static QemuNbd serve(PlannedDisk disk) throws IOException {
        Path image = Path.of(disk.disk().path().orElseThrow());
        String format = "--format=" + disk.disk().format();
        QemuNbd server = disk.since().isPresent()
                ? QemuNbd.start(image, "--read-only", "--persistent", "--shared=0", format, "--bitmap=" + disk.since().get())
                : QemuNbd.start(image, "--read-only", "--persistent", "--shared=0", format);
        try {
            server.awaitListening();
            return server;
        } catch (Throwable e) {
            Closing.after(e, server);
            throw e;
        }
    }
}
