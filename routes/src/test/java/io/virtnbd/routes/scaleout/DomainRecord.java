/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import io.virtnbd.testing.TestDomain;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * What a domain's metadata say of its backups.
 *
 * @param pending  whether a backup has begun and not ended
 * @param needed   checkpoints that the next backups can build on
 * @param requests that were carried out
 */
record DomainRecord(boolean pending, Set<String> needed, List<String> requests) {

    static DomainRecord of(TestDomain domain) throws Exception {
        String xml = domain.virsh("metadata", "urn:io.virtnbd:backups:1");
        NodeList chains = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml))).getElementsByTagName("chain");
        Element chain = (Element) chains.item(0);
        Set<String> needed = new TreeSet<>();
        List<String> requests = new ArrayList<>();
        for (Element disk : elements(chain, "disk")) {
            needed.add(disk.getAttribute("base"));
            needed.add(disk.getAttribute("last"));
        }
        for (Element request : elements(chain, "request")) {
            requests.add(request.getAttribute("id"));
        }
        return new DomainRecord(Boolean.parseBoolean(chain.getAttribute("pending")), needed, requests);
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }
}
