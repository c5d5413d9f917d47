/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.sparsestream.StreamMetadata;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class DomainXmlTest {

    @Test
    void isXmlWhateverTheDomainIsCalled() throws Exception {
        String name = "web <1> & \"2\" 'ü' ]]>";
        DomainXml xml = new DomainXml(name, StreamMetadata.builder().diskName("sda").diskFormat("raw").build());

        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml.open());

        XPath path = XPathFactory.newInstance().newXPath();
        assertThat(path.evaluate("/domain/name", document)).isEqualTo(name);
        assertThat(path.evaluate("/domain/devices/disk/target/@dev", document)).isEqualTo("sda");
        assertThat(path.evaluate("/domain/devices/disk/source/@file", document)).endsWith("/sda.raw");
        assertThat(path.evaluate("/domain/devices/disk/driver/@type", document)).isEqualTo("raw");
        assertThat(xml.open().readAllBytes()).hasSize((int) xml.length().orElseThrow());
    }
}
