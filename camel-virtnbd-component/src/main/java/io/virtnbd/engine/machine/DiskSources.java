/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.nbd.protocol.NbdAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;

/** Puts the restored images in the place of the old ones. */
final class DiskSources {

    private final String domain;
    private final Map<String, RestoredDisk> restored;
    private final MissingDiskPolicy missing;
    private final List<String> warnings;

    /** @param warnings where what a user should know is added */
    DiskSources(String domain, Map<String, RestoredDisk> restored, MissingDiskPolicy missing, List<String> warnings) {
        this.domain = domain;
        this.restored = restored;
        this.missing = missing;
        this.warnings = warnings;
    }

    /** @throws MachineException if a disk of the domain is missing */
    void applyTo(Element domainElement) throws MachineException {
        Set<String> unused = new LinkedHashSet<>(restored.keySet());
        List<String> lost = new ArrayList<>();
        for (Element disk : Xml.devices(domainElement, "disk")) {
            String target = Xml.child(disk, "target").map(each -> each.getAttribute("dev")).orElse("");
            String device = Xml.attribute(disk, "device").orElse("disk");
            Xml.removeChildren(disk, "backingStore", "mirror");
            Xml.children(disk, "source").forEach(source -> source.removeAttribute("index"));
            if (unused.remove(target)) {
                replace(target, disk);
            } else if (device.equals("cdrom") || device.equals("floppy")) {
                eject(target, disk);
            } else if (missing == MissingDiskPolicy.REMOVE) {
                Xml.remove(disk);
                warnings.add("disk " + target + " was not restored, and is not in the definition");
            } else if (missing == MissingDiskPolicy.KEEP) {
                warnings.add("disk " + target + " was not restored, and stays in the definition as it was");
            } else {
                lost.add(target);
            }
        }
        if (!lost.isEmpty()) {
            throw new MachineException("domain " + domain + ": expected all its disks to be restored, found none of "
                    + String.join(", ", lost) + "; missingDisks=remove defines it without them, missingDisks=keep with them"
                    + " as they were");
        }
        unused.forEach(target -> warnings.add("disk " + target + " was restored, and the domain had none of that name at that"
                + " point in time"));
    }

    /** A medium that is gone would keep the domain from starting. */
    private void eject(String target, Element disk) {
        Optional<Element> source = Xml.child(disk, "source");
        Optional<String> medium = source.flatMap(each -> Xml.attribute(each, "file").or(() -> Xml.attribute(each, "dev")));
        if (medium.isPresent() && !Files.exists(Path.of(medium.get()))) {
            Xml.remove(source.get());
            warnings.add("drive " + target + " is empty: its medium " + medium.get() + " is not there");
        }
    }

    private void replace(String target, Element disk) {
        RestoredDisk image = restored.get(target);
        if (!Xml.descendants(disk, "encryption").isEmpty()) {
            warnings.add("disk " + target + " was encrypted, and its restored image is not");
        }
        Xml.removeChildren(disk, "auth", "encryption");
        source(disk, image);
        driver(disk, image.format());
        if (disk.getAttribute("device").equals("lun") && image.kind() == RestoredDisk.Kind.FILE) {
            disk.setAttribute("device", "disk");
            Xml.removeAttributes(disk, "sgio", "rawio");
            warnings.add("disk " + target + " was a LUN that was passed through, and is an ordinary disk now");
        }
    }

    private static void source(Element disk, RestoredDisk image) {
        List<Element> before = Xml.children(disk, "source");
        Optional<String> policy = before.stream().findFirst().flatMap(source -> Xml.attribute(source, "startupPolicy"));
        List<Element> labels = before.isEmpty() ? List.of() : Xml.children(before.get(0), "seclabel");
        before.stream().skip(1).forEach(Xml::remove);
        Element source = before.isEmpty() ? Xml.add(disk, "source") : before.get(0);
        Xml.clear(source);
        switch (image.kind()) {
            case FILE -> {
                disk.setAttribute("type", "file");
                source.setAttribute("file", image.path().toString());
            }
            case BLOCK -> {
                disk.setAttribute("type", "block");
                source.setAttribute("dev", image.path().toString());
            }
            case EXPORT -> {
                disk.setAttribute("type", "network");
                export(source, image);
            }
        }
        if (image.kind() != RestoredDisk.Kind.EXPORT) {
            policy.ifPresent(value -> source.setAttribute("startupPolicy", value));
            labels.forEach(source::appendChild);
        }
    }

    private static void export(Element source, RestoredDisk image) {
        source.setAttribute("protocol", "nbd");
        if (!image.export().exportName().isEmpty()) {
            source.setAttribute("name", image.export().exportName());
        }
        if (image.export().tls()) {
            source.setAttribute("tls", "yes");
        }
        if (image.export().address() instanceof NbdAddress.Tcp tcp) {
            Xml.add(source, "host", "name", tcp.host(), "port", Integer.toString(tcp.port()));
        } else if (image.export().address() instanceof NbdAddress.Unix unix) {
            Xml.add(source, "host", "transport", "unix", "socket", unix.path().toString());
        }
    }

    private static void driver(Element disk, String format) {
        Element driver = Xml.child(disk, "driver").orElse(null);
        if (driver == null) {
            driver = disk.getOwnerDocument().createElement("driver");
            disk.insertBefore(driver, disk.getFirstChild());
        }
        driver.setAttribute("name", "qemu");
        driver.setAttribute("type", format);
        if (!format.equals("qcow2")) {
            Xml.removeChildren(driver, "metadata_cache");
        }
    }
}
