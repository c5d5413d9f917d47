/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The name in a domain XML. */
final class DomainXmlName {

    private DomainXmlName() {
    }

    /** Empty where the file is no domain XML, or has no name. No document type is processed. */
    static Optional<String> read(StoredFile file) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (InputStream xml = file.open()) {
            XMLStreamReader reader = factory.createXMLStreamReader(xml);
            int depth = 0;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamReader.START_ELEMENT && ++depth == 2 && reader.getLocalName().equals("name")) {
                    return Optional.of(reader.getElementText().strip()).filter(name -> !name.isEmpty());
                }
                depth -= event == XMLStreamReader.END_ELEMENT ? 1 : 0;
            }
            return Optional.empty();
        } catch (XMLStreamException e) {
            return Optional.empty();
        }
    }
}
