/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** An element of an XML document that libvirt or a file gave: small, and not to be trusted. */
final class XmlElement {

    private final Element element;

    private XmlElement(Element element) {
        this.element = element;
    }

    /**
     * Parses a document.
     *
     * @param root the name its root element must have
     * @throws LibvirtCallException if it is malformed, has a document type, or another root
     */
    static XmlElement parse(String xml, String root) throws LibvirtCallException {
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
        return new XmlElement(element);
    }

    static LibvirtCallException malformed(String root, String reason, Throwable cause) {
        return new LibvirtCallException(LibvirtCallException.Kind.OTHER, "not the XML of a <" + root + ">: " + reason, cause);
    }

    /** Child elements of that name, in their order. */
    List<XmlElement> children(String name) {
        List<XmlElement> children = new ArrayList<>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child && child.getTagName().equals(name)) {
                children.add(new XmlElement(child));
            }
        }
        return children;
    }

    /** The first element at the end of a path of child elements. */
    Optional<XmlElement> child(String... path) {
        Optional<XmlElement> found = Optional.of(this);
        for (String name : path) {
            found = found.flatMap(parent -> parent.children(name).stream().findFirst());
        }
        return found;
    }

    Optional<String> attribute(String name) {
        return element.hasAttribute(name) ? Optional.of(element.getAttribute(name)) : Optional.empty();
    }

    /** The text in the first element at the end of a path of child elements, without surrounding blanks; empty if blank. */
    Optional<String> text(String... path) {
        return child(path).map(child -> child.element.getTextContent().strip()).filter(text -> !text.isEmpty());
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
