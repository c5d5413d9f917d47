/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/** Finds what a domain is started with: its firmware, the firmware's variables, a kernel. */
final class BootFiles {

    private final Identity identity;
    private final SetFiles set;
    private final Optional<Path> directory;
    private final List<String> warnings;
    private final List<FileCopy> copies = new ArrayList<>();

    /** @param directory for copies; empty where there is none on this host */
    BootFiles(Identity identity, SetFiles set, Optional<Path> directory, List<String> warnings) {
        this.identity = identity;
        this.set = set;
        this.directory = directory;
        this.warnings = warnings;
    }

    /**
     * Changes the paths in a definition.
     *
     * @return what is to be copied before it is defined
     * @throws MachineException if a file would have to be copied and there is no directory for it
     */
    List<FileCopy> applyTo(Element domain) throws IOException {
        Optional<Element> os = Xml.child(domain, "os");
        if (os.isPresent()) {
            for (String kind : List.of("loader", "kernel", "initrd", "dtb")) {
                Optional<Element> element = Xml.child(os.get(), kind);
                if (element.isPresent()) {
                    program(kind, element.get());
                }
            }
            Optional<Element> nvram = Xml.child(os.get(), "nvram");
            if (nvram.isPresent()) {
                nvram(nvram.get());
            }
        }
        if (!Xml.devices(domain, "tpm").isEmpty()) {
            warnings.add("the state of its TPM is not in the backup: it gets what this host has for its UUID, else it begins anew");
        }
        return copies;
    }

    /** What this host has is newer than that in the backup, or the same. */
    private void program(String kind, Element element) throws IOException {
        Optional<String> path = Xml.text(element);
        if (path.isEmpty() || Files.exists(Path.of(path.get()))) {
            return;
        }
        Optional<Path> copy = copy(kind, path.get());
        if (copy.isPresent()) {
            element.setTextContent(copy.get().toString());
        } else {
            warnings.add("the " + kind + " " + path.get() + " is neither on this host nor in the backup");
        }
    }

    /** The guest writes to it, so that of another domain is never used. */
    private void nvram(Element nvram) throws IOException {
        Xml.attribute(nvram, "template").filter(template -> !Files.exists(Path.of(template)))
                .ifPresent(template -> Xml.removeAttributes(nvram, "template", "templateFormat"));
        Optional<Element> source = Xml.child(nvram, "source");
        Optional<String> path = source.isPresent() ? Xml.attribute(source.get(), "file") : Xml.text(nvram);
        if (path.isEmpty()) {
            if (source.isPresent()) {
                warnings.add("the variables of its firmware are no file, and stay where they were");
            }
            return;
        }
        Optional<Path> copy = copy("nvram", path.get());
        if (copy.isEmpty()) {
            warnings.add("the variables of its firmware are not in the backup");
        }
        if (copy.isPresent() || identity.isNew()) {
            source.ifPresent(Xml::remove);
            nvram.removeAttribute("type");
            // without a path libvirt chooses one, and makes the file anew from its template
            nvram.setTextContent(copy.map(Path::toString).orElse(""));
        }
    }

    private Optional<Path> copy(String kind, String path) throws IOException {
        String name = Path.of(path).getFileName().toString();
        Optional<StoredFile> file = set.bootFile(kind, name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        Path into = directory.orElseThrow(() -> new MachineException("domain " + identity.name() + ": expected an image among the"
                + " targets, to put the " + kind + " of the backup beside it, found none"));
        String renamed = identity.renamed(name);
        boolean taken = copies.stream().anyMatch(copy -> copy.target().getFileName().toString().equals(renamed));
        Path target = into.resolve(taken ? kind + "-" + renamed : renamed).toAbsolutePath().normalize();
        copies.add(new FileCopy(file.get(), target));
        return Optional.of(target);
    }
}
