/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.engine.backup.SideFile;
import io.virtnbd.engine.backup.SideFileKind;
import io.virtnbd.engine.qemu.QemuImage;
import io.virtnbd.engine.qemu.QemuToolException;
import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects the files of a backup beside its streams, as they are when it begins. */
final class SideFiles {

    private static final Logger LOG = LoggerFactory.getLogger(SideFiles.class);

    private final String domain;
    private final String checkpoint;
    private final boolean local;
    private final List<SideFile> files = new ArrayList<>();

    /** @param local whether the files of the domain's host are files of this host */
    SideFiles(String domain, String checkpoint, boolean local) {
        this.domain = domain;
        this.checkpoint = checkpoint;
        this.local = local;
    }

    List<SideFile> list() {
        return List.copyOf(files);
    }

    void domainXml(String xml) {
        add(BackupFileNames.domainXml(checkpoint), SideFileKind.DOMAIN_XML, null, text(xml));
    }

    void checkpointXml(String xml) {
        add(BackupFileNames.checkpointXml(checkpoint), SideFileKind.CHECKPOINT_XML, null, text(xml));
    }

    /** What qemu-img says of a disk's image. It is of use where an image is created by hand; a restore does not need it. */
    void imageInfo(DomainDisk disk) throws IOException {
        Optional<Path> image = disk.path().map(Path::of);
        if (image.isEmpty() || !local) {
            LOG.debug("{}: disk {} has no image on this host, so the backup has no information about it", domain,
                    disk.target());
            return;
        }
        try {
            add(BackupFileNames.imageInfo(disk.target(), checkpoint), SideFileKind.IMAGE_INFO, disk.target(),
                    text(QemuImage.info(image.get(), disk.format())));
        } catch (QemuToolException e) {
            LOG.warn("{}: the backup has no image information of disk {}: {}", domain, disk.target(), e.getMessage());
        }
    }

    /** What the domain is started with, beside its disks. */
    void bootFiles(DomainDefinition definition) throws IOException {
        hostFile(SideFileKind.LOADER, definition.loader());
        hostFile(SideFileKind.NVRAM, definition.nvram());
        hostFile(SideFileKind.KERNEL, definition.kernel());
        hostFile(SideFileKind.INITRD, definition.initrd());
    }

    private void hostFile(SideFileKind kind, Optional<String> path) throws IOException {
        if (path.isEmpty()) {
            return;
        }
        Path file = Path.of(path.get());
        if (!local) {
            LOG.warn("{}: the {} {} is on another host and not in the backup", domain, kind.label(), file);
            return;
        }
        if (!Files.exists(file)) {
            if (kind != SideFileKind.NVRAM) {
                throw new DomainBackupException("domain " + domain + ": expected its " + kind.label() + " " + file
                        + " to back it up, found no such file");
            }
            LOG.info("{}: the NVRAM {} is made when the domain is first started, and not in the backup", domain, file);
            return;
        }
        // a running guest writes its NVRAM
        ReopenableStream content = kind == SideFileKind.NVRAM ? new InMemoryFile(Files.readAllBytes(file)) : HostFile.of(file);
        add(BackupFileNames.hostFile(file.getFileName().toString(), checkpoint), kind, null, content);
    }

    private static InMemoryFile text(String text) {
        return new InMemoryFile(text.getBytes(StandardCharsets.UTF_8));
    }

    private void add(String name, SideFileKind kind, String disk, ReopenableStream content) {
        boolean taken = files.stream().anyMatch(file -> file.name().equals(name));
        files.add(new SideFile(taken ? kind.label() + "-" + name : name, kind, Optional.ofNullable(disk), content));
    }
}
