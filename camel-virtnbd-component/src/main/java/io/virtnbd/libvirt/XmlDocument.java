/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads and writes XML documents that libvirt or a file gave: small, and not to be trusted. Names keep their prefixes. */
public final class XmlDocument {

    private XmlDocument() {
    }

    /**
     * Parses a document.
     *
     * @param root the name its root element must have
     * @throws LibvirtCallException if it is malformed, has a document type, or another root
     */
    public static Element parse(String xml, String root) throws LibvirtCallException {
        Element element;
        try {
            DocumentBuilder builder = factory().newDocumentBuilder();
            builder.setErrorHandler(new ThrowingErrorHandler());
            element = builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
        } catch (SAXException | IOException e) {
            throw malformed(root, e.getMessage(), e);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK's XML parser lacks a feature", e);
        }
        if (!element.getTagName().equals(root)) {
            throw malformed(root, "the root element is <" + element.getTagName() + ">", null);
        }
        return element;
    }

    /** An element and all in it, without a declaration. */
    public static String write(Element element) {
        StringWriter text = new StringWriter();
        try {
            TransformerFactory factory = TransformerFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            Transformer transformer = factory.newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            transformer.transform(new DOMSource(element), new StreamResult(text));
        } catch (TransformerException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return text.toString();
    }

    static LibvirtCallException malformed(String root, String reason, Throwable cause) {
        return new LibvirtCallException(LibvirtCallException.Kind.OTHER, "not the XML of a <" + root + ">: " + reason, cause);
    }

    private static DocumentBuilderFactory factory() throws ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setXIncludeAware(false);
        factory.setExpandEntityReferences(false);
        return factory;
    }
}
