/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

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
        return new XmlElement(XmlDocument.parse(xml, root));
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
}
