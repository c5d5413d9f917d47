/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;

/**
 * The XML form of a domain's records:
 *
 * <pre>{@code
 * <backups>
 *   <chain prefix="virtnbd" first="0" highest="4" pending="false" full="virtnbd.0" last="virtnbd.4">
 *     <disk target="vda" base="virtnbd.0" last="virtnbd.4" capacity="1073741824"/>
 *   </chain>
 * </backups>
 * }</pre>
 *
 * {@code full} and {@code last} are missing where nothing was committed yet.
 */
final class BackupRecordXml {

    private BackupRecordXml() {
    }

    static String write(Collection<BackupRecord> records) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartElement("backups");
            for (BackupRecord record : records) {
                write(xml, record);
            }
            xml.writeEndElement();
            xml.flush();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("cannot write XML to memory", e);
        }
        return text.toString();
    }

    private static void write(XMLStreamWriter xml, BackupRecord record) throws XMLStreamException {
        xml.writeStartElement("chain");
        xml.writeAttribute("prefix", record.prefix());
        xml.writeAttribute("first", Long.toString(record.first()));
        xml.writeAttribute("highest", Long.toString(record.highest()));
        xml.writeAttribute("pending", Boolean.toString(record.pending()));
        if (record.chain().isPresent()) {
            CommittedChain chain = record.chain().get();
            xml.writeAttribute("full", chain.full());
            xml.writeAttribute("last", chain.last());
            for (ChainDisk disk : chain.disks()) {
                xml.writeEmptyElement("disk");
                xml.writeAttribute("target", disk.target());
                xml.writeAttribute("base", disk.base());
                xml.writeAttribute("last", disk.last());
                xml.writeAttribute("capacity", Long.toString(disk.capacity()));
            }
        }
        xml.writeEndElement();
    }

    /** @throws DomainBackupException if it is not such XML; the message names the domain */
    static List<BackupRecord> read(String domain, String text) throws DomainBackupException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        List<BackupRecord> records = new ArrayList<>();
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new StringReader(text));
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamReader.START_ELEMENT && xml.getLocalName().equals("chain")) {
                    records.add(chain(xml));
                }
            }
            return records;
        } catch (XMLStreamException | IllegalArgumentException e) {
            throw new DomainBackupException("domain " + domain + ": the record of its backups in its metadata cannot be read ("
                    + e.getMessage() + "); expected what this program wrote, found " + text + ". Without the record no backup can"
                    + " be told committed: remove it with virsh metadata " + domain + " " + BackupRecords.NAMESPACE
                    + " --remove, then the next backup is a full", e);
        }
    }

    private static BackupRecord chain(XMLStreamReader xml) throws XMLStreamException {
        String prefix = required(xml, "prefix");
        long first = number(xml, "first");
        long highest = number(xml, "highest");
        boolean pending = Boolean.parseBoolean(required(xml, "pending"));
        String full = xml.getAttributeValue(null, "full");
        String last = full == null ? null : required(xml, "last");
        List<ChainDisk> disks = new ArrayList<>();
        while (xml.nextTag() == XMLStreamReader.START_ELEMENT) {
            if (xml.getLocalName().equals("disk")) {
                disks.add(new ChainDisk(required(xml, "target"), required(xml, "base"), required(xml, "last"),
                        number(xml, "capacity")));
            }
            while (xml.next() != XMLStreamReader.END_ELEMENT) {
                continue;
            }
        }
        return new BackupRecord(prefix, first, highest, pending,
                full == null ? Optional.empty() : Optional.of(new CommittedChain(full, last, disks)));
    }

    private static String required(XMLStreamReader xml, String attribute) {
        String value = xml.getAttributeValue(null, attribute);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(xml.getLocalName() + " without " + attribute);
        }
        return value;
    }

    private static long number(XMLStreamReader xml, String attribute) {
        return Long.parseLong(required(xml, attribute));
    }
}
