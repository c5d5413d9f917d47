/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/** What a definition has of the domain as it ran, and of where: names of its host's sockets, labels, aliases. */
final class HostState {

    private static final String OF_USERS = "ua-";
    private static final String CHANNELS = "/libvirt/qemu/";
    private static final String[] CHARACTER_DEVICES = {"serial", "parallel", "console", "channel"};

    private final Identity identity;

    HostState(Identity identity) {
        this.identity = identity;
    }

    void applyTo(Element domain) {
        Xml.children(domain, "seclabel").stream().filter(label -> label.getAttribute("type").equals("dynamic"))
                .forEach(Xml::remove);
        Xml.child(domain, "devices").ifPresent(devices -> Xml.descendants(devices, "alias").stream()
                .filter(alias -> !alias.getAttribute("name").startsWith(OF_USERS)).forEach(Xml::remove));
        Xml.devices(domain, CHARACTER_DEVICES).forEach(this::characterDevice);
        Xml.devices(domain, "graphics").forEach(this::graphics);
    }

    private void characterDevice(Element device) {
        Optional<Element> source = Xml.child(device, "source");
        switch (device.getAttribute("type")) {
            case "pty" -> {
                source.ifPresent(Xml::remove);
                device.removeAttribute("tty");
            }
            case "unix" -> source.filter(each -> !each.getAttribute("mode").equals("connect"))
                    .ifPresent(each -> socket(device, each));
            case "file" -> source.ifPresent(each -> own(each, "path"));
            default -> { }
        }
        Xml.child(device, "log").ifPresent(log -> own(log, "file"));
        Xml.child(device, "target").ifPresent(target -> target.removeAttribute("state"));
    }

    /** libvirt chooses the socket of a channel, such as that of a guest agent, where there is none in the definition. */
    private void socket(Element device, Element source) {
        boolean chosen = source.getAttribute("path").contains(CHANNELS);
        if (device.getTagName().equals("channel") && (chosen || identity.isNew())) {
            Xml.remove(source);
        } else {
            own(source, "path");
        }
    }

    /** Two domains cannot have one socket or write one file. */
    private void own(Element element, String attribute) {
        String path = element.getAttribute(attribute);
        if (identity.isNew() && !path.isEmpty()) {
            String renamed = identity.renamed(path);
            element.setAttribute(attribute, renamed.equals(path) ? path + "." + identity.name() : renamed);
        }
    }

    private void graphics(Element graphics) {
        if (identity.isNew()) {
            Xml.removeAttributes(graphics, "socket");
            List<Element> listens = Xml.children(graphics, "listen");
            listens.forEach(listen -> Xml.removeAttributes(listen, "socket"));
        }
    }
}
