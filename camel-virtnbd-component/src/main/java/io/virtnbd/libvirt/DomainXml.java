/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The XML of a domain, see https://libvirt.org/formatdomain.html. */
final class DomainXml {

    private static final String ROOT = "domain";
    private static final String AGENT = "org.qemu.guest_agent.0";

    private DomainXml() {
    }

    static DomainDefinition read(String xml) throws LibvirtCallException {
        XmlElement root = XmlElement.parse(xml, ROOT);
        String name = root.text("name").orElseThrow(() -> XmlDocument.malformed(ROOT, "it has no name", null));
        String uuid = root.text("uuid").orElseThrow(() -> XmlDocument.malformed(ROOT, name + " has no UUID", null));
        List<DomainDisk> disks = new ArrayList<>();
        for (XmlElement disk : devices(root, "disk")) {
            disks.add(readDisk(name, disk));
        }
        return new DomainDefinition(name, uuid.toLowerCase(Locale.ROOT), disks, root.text("os", "loader"),
                root.child("os", "nvram").flatMap(DomainXml::file), root.text("os", "kernel"), root.text("os", "initrd"),
                devices(root, "channel").stream().anyMatch(DomainXml::isConnectedAgent));
    }

    private static List<XmlElement> devices(XmlElement root, String name) {
        return root.child("devices").map(devices -> devices.children(name)).orElse(List.of());
    }

    private static DomainDisk readDisk(String domain, XmlElement disk) throws LibvirtCallException {
        String target = disk.child("target").flatMap(element -> element.attribute("dev"))
                .orElseThrow(() -> XmlDocument.malformed(ROOT, "a disk of " + domain + " has no target", null));
        String format = disk.child("driver").flatMap(driver -> driver.attribute("type")).orElse("raw");
        String type = disk.attribute("type").orElse("file");
        String pathAttribute = switch (type) {
            case "file" -> "file";
            case "block" -> "dev";
            default -> null;
        };
        Optional<String> path = pathAttribute == null ? Optional.empty()
                : disk.child("source").flatMap(source -> source.attribute(pathAttribute));
        return new DomainDisk(target, disk.attribute("device").orElse("disk"), type, format, path,
                disk.child("readonly").isPresent());
    }

    /** The path is the element's text, or, for a source of a named type, an attribute of a child. */
    private static Optional<String> file(XmlElement nvram) {
        Optional<XmlElement> source = nvram.child("source");
        return source.isPresent() ? source.get().attribute("file") : nvram.text();
    }

    private static boolean isConnectedAgent(XmlElement channel) {
        return channel.child("target")
                .filter(target -> target.attribute("name").equals(Optional.of(AGENT)))
                .filter(target -> target.attribute("state").equals(Optional.of("connected")))
                .isPresent();
    }
}
