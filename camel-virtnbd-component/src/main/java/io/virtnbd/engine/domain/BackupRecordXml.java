/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.chain.Level;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
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
 *   <chain prefix="virtnbd" first="0" highest="4" pending="false" full="virtnbd.0" last="virtnbd.4"
 *       id="2026-11-22T10:08:00.000000">
 *     <disk target="vda" base="virtnbd.0" last="virtnbd.4" capacity="1073741824" image="/vm/web.qcow2"/>
 *     <request id="order 17" level="inc" checkpoint="virtnbd.4" parent="virtnbd.3" chain="virtnbd.0"
 *         date="2026-11-22T22:08:00.000000"/>
 *   </chain>
 * </backups>
 * }</pre>
 *
 * {@code full} and {@code last} are missing where nothing was committed yet. {@code frozen="true"} is there only while the
 * guest may be frozen, {@code differential="1795342131"} from the first differential on. There is a {@code request} for each
 * of the last {@value BackupRecord#MAX_REQUESTS} backups that were committed for a request with an id, the newest as the last,
 * also for those that nothing builds on; {@code parent} is missing for a full and a copy. Programs that do not know of requests
 * or of the time of differentials read the rest, and forget these when they write it.
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
        if (record.frozen()) {
            xml.writeAttribute("frozen", "true");
        }
        if (record.differential() > 0) {
            xml.writeAttribute("differential", Long.toString(record.differential()));
        }
        if (record.chain().isPresent()) {
            CommittedChain chain = record.chain().get();
            xml.writeAttribute("full", chain.full());
            xml.writeAttribute("last", chain.last());
            if (!chain.id().isEmpty()) {
                xml.writeAttribute("id", chain.id());
            }
            for (ChainDisk disk : chain.disks()) {
                xml.writeEmptyElement("disk");
                xml.writeAttribute("target", disk.target());
                xml.writeAttribute("base", disk.base());
                xml.writeAttribute("last", disk.last());
                xml.writeAttribute("capacity", Long.toString(disk.capacity()));
                if (!disk.image().isEmpty()) {
                    xml.writeAttribute("image", disk.image());
                }
            }
        }
        for (CommittedRequest request : record.requests()) {
            write(xml, request);
        }
        xml.writeEndElement();
    }

    private static void write(XMLStreamWriter xml, CommittedRequest request) throws XMLStreamException {
        xml.writeEmptyElement("request");
        xml.writeAttribute("id", request.id());
        xml.writeAttribute("level", request.level().label());
        xml.writeAttribute("checkpoint", request.checkpoint());
        if (!request.parent().isEmpty()) {
            xml.writeAttribute("parent", request.parent());
        }
        xml.writeAttribute("chain", request.chain());
        xml.writeAttribute("date", request.date());
    }

    /** @throws DomainBackupException if it is not such XML; the message names the domain */
    static List<BackupRecord> read(String domain, String text) throws DomainBackupException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        List<BackupRecord> records = new ArrayList<>();
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new StringReader(text));
            xml.nextTag();
            if (!xml.getLocalName().equals("backups")) {
                throw new IllegalArgumentException("the element is " + xml.getLocalName());
            }
            while (xml.nextTag() == XMLStreamReader.START_ELEMENT) {
                if (xml.getLocalName().equals("chain")) {
                    records.add(chain(xml));
                } else {
                    skip(xml);
                }
            }
            while (xml.hasNext()) {
                xml.next();
            }
            if (records.stream().map(BackupRecord::prefix).distinct().count() < records.size()) {
                throw new IllegalArgumentException("a prefix has two chains");
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
        boolean pending = flag(xml, "pending");
        boolean frozen = xml.getAttributeValue(null, "frozen") != null && flag(xml, "frozen");
        long differential = xml.getAttributeValue(null, "differential") == null ? 0 : number(xml, "differential");
        String full = xml.getAttributeValue(null, "full");
        String last = full == null ? null : required(xml, "last");
        String id = Objects.requireNonNullElse(xml.getAttributeValue(null, "id"), "");
        List<ChainDisk> disks = new ArrayList<>();
        List<CommittedRequest> requests = new ArrayList<>();
        while (xml.nextTag() == XMLStreamReader.START_ELEMENT) {
            if (xml.getLocalName().equals("disk")) {
                disks.add(new ChainDisk(required(xml, "target"), required(xml, "base"), required(xml, "last"),
                        number(xml, "capacity"), Objects.requireNonNullElse(xml.getAttributeValue(null, "image"), "")));
            } else if (xml.getLocalName().equals("request")) {
                requests.add(request(xml));
            }
            skip(xml);
        }
        return new BackupRecord(prefix, first, highest, pending, frozen,
                full == null ? Optional.empty() : Optional.of(new CommittedChain(full, last, disks, id)),
                differential, requests);
    }

    private static CommittedRequest request(XMLStreamReader xml) {
        String level = required(xml, "level");
        return new CommittedRequest(required(xml, "id"), Level.ofLabel(level).orElseThrow(() -> new IllegalArgumentException(
                "the level of a request is " + level)), required(xml, "checkpoint"),
                Objects.requireNonNullElse(xml.getAttributeValue(null, "parent"), ""), required(xml, "chain"),
                required(xml, "date"));
    }

    /** Goes to the end of the element whose start was read: what later versions may write there does no harm. */
    private static void skip(XMLStreamReader xml) throws XMLStreamException {
        for (int depth = 1; depth > 0;) {
            int event = xml.next();
            if (event == XMLStreamReader.START_ELEMENT) {
                depth++;
            } else if (event == XMLStreamReader.END_ELEMENT) {
                depth--;
            }
        }
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

    private static boolean flag(XMLStreamReader xml, String attribute) {
        return switch (required(xml, attribute)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(attribute + " is neither true nor false");
        };
    }
}
