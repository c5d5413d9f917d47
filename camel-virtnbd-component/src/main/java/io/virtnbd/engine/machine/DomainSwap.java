/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtConnection;
import io.virtnbd.libvirt.LibvirtDomain;
import io.virtnbd.libvirt.XmlDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;

/** Puts a domain in the place of those that have its name or its UUID. */
final class DomainSwap {

    private static final Logger LOG = LoggerFactory.getLogger(DomainSwap.class);

    private final LibvirtConnection connection;
    private final Identity identity;
    private final boolean overwrite;

    DomainSwap(LibvirtConnection connection, Identity identity, boolean overwrite) {
        this.connection = connection;
        this.identity = identity;
        this.overwrite = overwrite;
    }

    /**
     * The domains that are to be replaced.
     *
     * @throws MachineException if they may not be, or are running
     */
    List<LibvirtDomain> inTheWay() throws LibvirtCallException, MachineException {
        List<LibvirtDomain> found = new ArrayList<>();
        find(identity.name()).ifPresent(found::add);
        find(identity.uuid()).filter(domain -> found.stream().noneMatch(each -> each.uuid().equals(domain.uuid())))
                .ifPresent(found::add);
        for (LibvirtDomain domain : found) {
            String what = "domain " + identity.name() + ": expected none with that name or the UUID " + identity.uuid()
                    + ", found " + domain.name() + " (" + domain.uuid() + ")";
            if (domain.isActive()) {
                throw new MachineException(what + ", which is running, and a running domain is never replaced; newName defines"
                        + " the restored one beside it");
            }
            if (!overwrite) {
                throw new MachineException(what + "; overwriteDomain=true replaces it, newName defines the restored one"
                        + " beside it");
            }
        }
        return found;
    }

    private Optional<LibvirtDomain> find(String nameOrUuid) throws LibvirtCallException {
        try {
            return Optional.of(connection.domain(nameOrUuid));
        } catch (LibvirtCallException e) {
            if (e.kind() == LibvirtCallException.Kind.NO_DOMAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Defines the domain. Where others are in its way, the daemon has to accept it under another name before they go.
     *
     * @throws MachineException if it is not accepted; then the others are there as before
     */
    LibvirtDomain define(String xml) throws LibvirtCallException, MachineException {
        List<SavedDomain> saved = new ArrayList<>();
        for (LibvirtDomain domain : inTheWay()) {
            saved.add(SavedDomain.of(domain));
        }
        if (saved.isEmpty()) {
            return accept(xml);
        }
        accept(onTrial(xml)).undefine();
        List<SavedDomain> gone = new ArrayList<>();
        try {
            for (SavedDomain domain : saved) {
                domain.domain().undefine();
                gone.add(domain);
            }
            return accept(xml);
        } catch (LibvirtCallException | MachineException e) {
            putBack(gone, e);
            throw e;
        }
    }

    private LibvirtDomain accept(String xml) throws LibvirtCallException, MachineException {
        try {
            return defineAsFarAsKnown(xml);
        } catch (LibvirtCallException e) {
            if (e.kind() == LibvirtCallException.Kind.CONNECTION) {
                throw e;
            }
            throw new MachineException("domain " + identity.name() + ": its disks are restored, and libvirt does not accept"
                    + " its definition: " + e.getMessage(), e);
        }
    }

    /** A domain that libvirt knew in part, as one of a newer version, is of more use than none. */
    private LibvirtDomain defineAsFarAsKnown(String xml) throws LibvirtCallException {
        try {
            return connection.define(xml, true);
        } catch (LibvirtCallException e) {
            if (e.kind() != LibvirtCallException.Kind.INVALID_SCHEMA) {
                throw e;
            }
            LOG.warn("domain {}: libvirt does not know all of its definition, and ignores the rest: {}", identity.name(),
                    e.getMessage());
            return connection.define(xml, false);
        }
    }

    private String onTrial(String xml) throws LibvirtCallException {
        Element domain = XmlDocument.parse(xml, "domain");
        String uuid = UUID.randomUUID().toString();
        new Identity(identity.name(), "virtnbd-trial-" + uuid, uuid).applyTo(domain);
        return XmlDocument.write(domain);
    }

    private void putBack(List<SavedDomain> gone, Exception failure) {
        for (SavedDomain domain : gone) {
            try {
                domain.putBack(connection);
            } catch (LibvirtCallException e) {
                failure.addSuppressed(new MachineException("domain " + domain.domain().name()
                        + " was to be replaced, and could not be put back: " + e.getMessage() + "; it was " + domain.xml(), e));
            }
        }
    }
}
