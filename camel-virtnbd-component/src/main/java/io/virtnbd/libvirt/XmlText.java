/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Builds the XML of requests. */
final class XmlText {

    /** Writes a document's elements. */
    interface Content {
        void writeTo(XMLStreamWriter writer) throws XMLStreamException;
    }

    private XmlText() {
    }

    static String of(Content content) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            content.writeTo(writer);
            writer.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return text.toString();
    }

    /** Writes an element without content. */
    static void empty(XMLStreamWriter writer, String name, String... attributesAndValues) throws XMLStreamException {
        writer.writeEmptyElement(name);
        attributes(writer, attributesAndValues);
    }

    /** Opens an element. */
    static void start(XMLStreamWriter writer, String name, String... attributesAndValues) throws XMLStreamException {
        writer.writeStartElement(name);
        attributes(writer, attributesAndValues);
    }

    private static void attributes(XMLStreamWriter writer, String... attributesAndValues) throws XMLStreamException {
        for (int i = 0; i < attributesAndValues.length; i += 2) {
            writer.writeAttribute(attributesAndValues[i], attributesAndValues[i + 1]);
        }
    }
}
