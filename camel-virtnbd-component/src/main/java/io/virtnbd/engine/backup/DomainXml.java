/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.ReopenableStream;
import io.virtnbd.sparsestream.StreamMetadata;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A domain for a bare export, which has none: the least that libvirt takes and that virtnbdrestore needs to find the disk.
 * Source: the libvirt domain XML format.
 */
final class DomainXml implements ReopenableStream {

    private final byte[] xml;

    DomainXml(String domain, StreamMetadata disk) {
        StringWriter text = new StringWriter();
        try {
            write(XMLOutputFactory.newInstance().createXMLStreamWriter(text), domain, disk);
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException("domain '" + domain + "' cannot be written as XML", e);
        }
        this.xml = text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(XMLStreamWriter xml, String domain, StreamMetadata disk) throws XMLStreamException {
        xml.writeStartElement("domain");
        xml.writeAttribute("type", "qemu");
        element(xml, "name", domain);
        element(xml, "memory", "1048576");
        element(xml, "vcpu", "1");
        xml.writeStartElement("os");
        xml.writeStartElement("type");
        xml.writeAttribute("arch", "x86_64");
        xml.writeCharacters("hvm");
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeStartElement("devices");
        xml.writeStartElement("disk");
        xml.writeAttribute("type", "file");
        xml.writeAttribute("device", "disk");
        empty(xml, "driver", "name", "qemu", "type", disk.diskFormat());
        empty(xml, "source", "file", "/var/lib/libvirt/images/" + disk.diskName() + "." + disk.diskFormat());
        empty(xml, "target", "dev", disk.diskName(), "bus", "virtio");
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeEndElement();
        xml.flush();
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private static void empty(XMLStreamWriter xml, String name, String... attributes) throws XMLStreamException {
        xml.writeEmptyElement(name);
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], attributes[i + 1]);
        }
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(xml);
    }

    @Override
    public OptionalLong length() {
        return OptionalLong.of(xml.length);
    }
}
