/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/** Changes to elements of a document. */
final class Xml {

    private Xml() {
    }

    /** Child elements of that name, in their order; all for {@code *}. */
    static List<Element> children(Element parent, String name) {
        List<Element> children = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child && (name.equals("*") || child.getTagName().equals(name))) {
                children.add(child);
            }
        }
        return children;
    }

    /** The first element at the end of a path of child elements. */
    static Optional<Element> child(Element parent, String... path) {
        Optional<Element> found = Optional.of(parent);
        for (String name : path) {
            found = found.flatMap(each -> children(each, name).stream().findFirst());
        }
        return found;
    }

    /** The elements of {@code <devices>}. */
    static List<Element> devices(Element domain, String... names) {
        List<String> wanted = Arrays.asList(names);
        return child(domain, "devices").map(devices -> children(devices, "*").stream()
                .filter(device -> wanted.contains(device.getTagName())).toList()).orElse(List.of());
    }

    /** All elements below one, at any depth. */
    static List<Element> descendants(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Element child : children(parent, "*")) {
            if (child.getTagName().equals(name)) {
                found.add(child);
            }
            found.addAll(descendants(child, name));
        }
        return found;
    }

    /** The text in an element without surrounding blanks; empty if blank. */
    static Optional<String> text(Element element) {
        return Optional.of(element.getTextContent().strip()).filter(text -> !text.isEmpty());
    }

    static Optional<String> attribute(Element element, String name) {
        return Optional.of(element.getAttribute(name)).filter(value -> !value.isEmpty());
    }

    static void remove(Element element) {
        element.getParentNode().removeChild(element);
    }

    static void removeChildren(Element parent, String... names) {
        for (String name : names) {
            children(parent, name).forEach(Xml::remove);
        }
    }

    static void removeAttributes(Element element, String... names) {
        for (String name : names) {
            element.removeAttribute(name);
        }
    }

    /** An element without attributes and content. */
    static void clear(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        while (attributes.getLength() > 0) {
            element.removeAttributeNode((Attr) attributes.item(0));
        }
        while (element.hasChildNodes()) {
            element.removeChild(element.getFirstChild());
        }
    }

    /** Adds an element at the end, with attributes: names and values by turns. */
    static Element add(Element parent, String name, String... attributesAndValues) {
        Element element = parent.getOwnerDocument().createElement(name);
        for (int i = 0; i < attributesAndValues.length; i += 2) {
            element.setAttribute(attributesAndValues[i], attributesAndValues[i + 1]);
        }
        parent.appendChild(element);
        return element;
    }
}
