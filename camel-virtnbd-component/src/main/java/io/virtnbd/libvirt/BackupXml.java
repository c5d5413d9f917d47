/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The XML of a backup job, see https://libvirt.org/formatbackup.html. */
final class BackupXml {

    private static final String ROOT = "domainbackup";

    private BackupXml() {
    }

    /** Disks that are not named take no part once one is named, so a job without disks would be one of all disks. */
    static String write(BackupJob job) {
        if (job.disks().isEmpty() || job.server() == null) {
            throw new IllegalArgumentException("a backup job needs a server and a disk");
        }
        return XmlText.of(writer -> {
            XmlText.start(writer, ROOT, "mode", "pull");
            writeServer(writer, job.server());
            XmlText.start(writer, "disks");
            for (BackupJobDisk disk : job.disks()) {
                writeDisk(writer, disk);
            }
            writer.writeEndElement();
            writer.writeEndElement();
        });
    }

    static BackupJob read(String xml) throws LibvirtCallException {
        XmlElement root = XmlElement.parse(xml, ROOT);
        List<BackupJobDisk> disks = new ArrayList<>();
        for (XmlElement disk : root.child("disks").map(all -> all.children("disk")).orElse(List.of())) {
            if (!disk.attribute("backup").equals(Optional.of("no"))) {
                disks.add(readDisk(disk));
            }
        }
        return new BackupJob(readServer(root), disks);
    }

    private static void writeServer(XMLStreamWriter writer, BackupServer server) throws XMLStreamException {
        if (server instanceof BackupServer.Unix unix) {
            XmlText.empty(writer, "server", "transport", "unix", "socket", unix.path());
        } else if (server instanceof BackupServer.Tcp tcp) {
            XmlText.empty(writer, "server", "transport", "tcp", "name", tcp.host(), "port", Integer.toString(tcp.port()),
                    "tls", tcp.tls() ? "yes" : "no");
        }
    }

    private static void writeDisk(XMLStreamWriter writer, BackupJobDisk disk) throws XMLStreamException {
        XmlText.start(writer, "disk", "name", disk.target(), "backup", "yes", "type", "file", "exportname", disk.exportName());
        if (disk.incremental().isPresent()) {
            writer.writeAttribute("backupmode", "incremental");
            writer.writeAttribute("incremental", disk.incremental().get());
            writer.writeAttribute("exportbitmap", disk.bitmap().orElseThrow());
        } else {
            writer.writeAttribute("backupmode", "full");
        }
        XmlText.empty(writer, "scratch", "file", disk.scratch());
        writer.writeEndElement();
    }

    private static BackupServer readServer(XmlElement root) throws LibvirtCallException {
        Optional<XmlElement> server = root.child("server");
        if (server.isEmpty()) {
            return null;
        }
        Optional<String> socket = server.get().attribute("socket");
        if (socket.isPresent()) {
            return new BackupServer.Unix(socket.get());
        }
        String port = server.get().attribute("port").orElse("0");
        try {
            return new BackupServer.Tcp(server.get().attribute("name").orElse("localhost"), Integer.parseInt(port),
                    server.get().attribute("tls").equals(Optional.of("yes")));
        } catch (NumberFormatException e) {
            throw XmlDocument.malformed(ROOT, "the server's port is '" + port + "'", e);
        }
    }

    /** What a job of somebody else leaves out has libvirt's defaults. */
    private static BackupJobDisk readDisk(XmlElement disk) throws LibvirtCallException {
        String target = disk.attribute("name").orElseThrow(() -> XmlDocument.malformed(ROOT, "a disk has no name", null));
        Optional<String> incremental = disk.attribute("incremental");
        Optional<String> bitmap = incremental.map(from -> disk.attribute("exportbitmap").orElse("backup-" + target));
        String scratch = disk.child("scratch").flatMap(BackupXml::path).orElse(null);
        return new BackupJobDisk(target, incremental, disk.attribute("exportname").orElse(target), bitmap, scratch);
    }

    private static Optional<String> path(XmlElement source) {
        return source.attribute("file").or(() -> source.attribute("dev"));
    }
}
