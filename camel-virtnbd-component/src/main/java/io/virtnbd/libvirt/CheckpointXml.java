/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The XML of a checkpoint, see https://libvirt.org/formatcheckpoint.html. */
final class CheckpointXml {

    private static final String ROOT = "domaincheckpoint";

    private CheckpointXml() {
    }

    /**
     * What creates a checkpoint. Its parent is libvirt's choice: the current checkpoint. Disks that are not named take no part
     * once one is named, so a checkpoint without disks would be one of all disks.
     */
    static String write(CheckpointDefinition checkpoint) {
        if (checkpoint.disks().isEmpty()) {
            throw new IllegalArgumentException("checkpoint " + checkpoint.name() + " needs a disk");
        }
        return XmlText.of(writer -> {
            XmlText.start(writer, ROOT);
            XmlText.start(writer, "name");
            writer.writeCharacters(checkpoint.name());
            writer.writeEndElement();
            XmlText.start(writer, "disks");
            for (String target : checkpoint.disks()) {
                XmlText.empty(writer, "disk", "name", target, "checkpoint", "bitmap");
            }
            writer.writeEndElement();
            writer.writeEndElement();
        });
    }

    static CheckpointDefinition read(String xml) throws LibvirtCallException {
        XmlElement root = XmlElement.parse(xml, ROOT);
        String name = root.text("name").orElseThrow(() -> XmlDocument.malformed(ROOT, "it has no name", null));
        List<String> targets = new ArrayList<>();
        for (XmlElement disk : root.child("disks").map(all -> all.children("disk")).orElse(List.of())) {
            if (disk.attribute("checkpoint").equals(Optional.of("bitmap"))) {
                targets.add(disk.attribute("name")
                        .orElseThrow(() -> XmlDocument.malformed(ROOT, "a disk of " + name + " has no name", null)));
            }
        }
        return new CheckpointDefinition(name, root.text("parent", "name"), targets);
    }
}
