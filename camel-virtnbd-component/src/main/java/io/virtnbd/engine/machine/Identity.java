/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.w3c.dom.Element;

/**
 * Who a domain is: its name, its UUID, and what must not be the same in two domains.
 *
 * @param oldName in the backup
 * @param name    of the domain that is defined
 * @param uuid    of the domain that is defined, in lower case with hyphens
 */
record Identity(String oldName, String name, String uuid) {

    /** Source of the namespace: the record of backups in a domain's metadata. */
    private static final String BACKUPS = "urn:io.virtnbd:backups:1";

    /** @throws MachineException if the definition has no name */
    static Identity of(Element domain, MachineOptions options) throws MachineException {
        String oldName = Xml.child(domain, "name").flatMap(Xml::text)
                .orElseThrow(() -> new MachineException("the definition of the domain in the backup has no name"));
        String name = options.newName().orElse(oldName);
        Optional<String> oldUuid = Xml.child(domain, "uuid").flatMap(Xml::text).map(uuid -> uuid.toLowerCase(Locale.ROOT));
        String uuid = options.newUuid().or(() -> name.equals(oldName) ? oldUuid : Optional.empty())
                .orElseGet(() -> UUID.randomUUID().toString());
        return new Identity(oldName, name, uuid);
    }

    /** Whether the domain can stand beside that of the backup. */
    boolean isNew() {
        return !name.equals(oldName);
    }

    /** A name with that of the domain in it, as it is for this one. */
    String renamed(String text) {
        return isNew() ? text.replace(oldName, name) : text;
    }

    void applyTo(Element domain) {
        domain.removeAttribute("id");
        Xml.child(domain, "name").orElseThrow().setTextContent(name);
        Element uuidElement = Xml.child(domain, "uuid").orElse(null);
        if (uuidElement == null) {
            uuidElement = domain.getOwnerDocument().createElement("uuid");
            domain.insertBefore(uuidElement, Xml.child(domain, "name").orElseThrow().getNextSibling());
        }
        uuidElement.setTextContent(uuid);
        sysinfo(domain);
        // the guest is to know that time has gone back for it, whatever the domain is called
        Xml.child(domain, "genid").ifPresent(genid -> genid.setTextContent(UUID.randomUUID().toString()));
        if (isNew()) {
            Xml.removeChildren(domain, "hwuuid");
            for (Element networkInterface : Xml.devices(domain, "interface")) {
                Xml.removeChildren(networkInterface, "mac");
                // of the host's end
                Xml.child(networkInterface, "target").ifPresent(target -> target.removeAttribute("dev"));
            }
        }
        removeRecord(domain);
    }

    /** libvirt takes no other UUID there than that of the domain. */
    private void sysinfo(Element domain) {
        for (Element sysinfo : Xml.children(domain, "sysinfo")) {
            for (Element entry : Xml.descendants(sysinfo, "entry")) {
                if (entry.getAttribute("name").equals("uuid") && ((Element) entry.getParentNode()).getTagName().equals("system")) {
                    entry.setTextContent(uuid);
                }
            }
        }
    }

    /** The new images have no bitmaps that a next backup could go by. */
    private static void removeRecord(Element domain) {
        for (Element metadata : Xml.children(domain, "metadata")) {
            for (Element element : Xml.children(metadata, "*")) {
                int colon = element.getTagName().indexOf(':');
                String declaration = colon < 0 ? "xmlns" : "xmlns:" + element.getTagName().substring(0, colon);
                for (Element scope = element; scope != null;
                        scope = scope.getParentNode() instanceof Element parent ? parent : null) {
                    if (scope.hasAttribute(declaration)) {
                        if (scope.getAttribute(declaration).equals(BACKUPS)) {
                            metadata.removeChild(element);
                        }
                        break;
                    }
                }
            }
        }
    }
}
