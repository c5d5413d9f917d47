/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The files that a backup has beside its streams, found by its manifest or, where there is none, by their names. */
final class SetFiles {

    private static final int MAX_XML = 16 << 20;

    private final BackupStore store;
    private final RestorePoint point;
    private final List<StoredFile> files;
    private final Optional<Manifest> manifest;

    private SetFiles(BackupStore store, RestorePoint point, List<StoredFile> files, Optional<Manifest> manifest) {
        this.store = store;
        this.point = point;
        this.files = files;
        this.manifest = manifest;
    }

    static SetFiles of(BackupStore store, RestorePoint point) throws IOException {
        List<StoredFile> files = store.files();
        List<Manifest> manifests = new ArrayList<>();
        for (StoredFile file : files) {
            if (file.name().endsWith("." + point.checkpoint() + ".json")) {
                manifests.add(Manifest.read(file));
            }
        }
        manifests.removeIf(manifest -> !manifest.checkpoint().equals(point.checkpoint()));
        // of two domains in one directory
        if (manifests.size() > 1) {
            manifests.removeIf(manifest -> !manifest.date().equals(point.date()));
        }
        return new SetFiles(store, point, files, manifests.stream().findFirst());
    }

    /**
     * The definition of the domain.
     *
     * @throws ChainException if there is none, or it is damaged
     */
    String domainXml() throws IOException {
        List<String> names = point.labels().stream().map(label -> "vmconfig." + label + ".xml").toList();
        StoredFile file = find("domainXml", names).orElseThrow(() -> new ChainException(store.name()
                + ": expected the definition of the domain at " + point.checkpoint() + ", " + String.join(" or ", names)
                + ", found " + files.stream().map(StoredFile::name).filter(name -> name.startsWith("vmconfig.")).toList()));
        if (file.bytes() > MAX_XML) {
            throw new ChainException(file + ": expected the XML of a domain, found " + file.bytes() + " bytes");
        }
        try (InputStream in = file.open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * A file that the domain is started with.
     *
     * @param kind as in manifests
     * @param name of the file on the domain's host
     * @return empty if the backup was made without it
     * @throws ChainException if it is missing or damaged
     */
    Optional<StoredFile> bootFile(String kind, String name) throws IOException {
        List<String> names = new ArrayList<>();
        // of two files with one name, the second has its kind in front
        point.labels().forEach(label -> names.addAll(List.of(kind + "-" + name + "." + label, name + "." + label)));
        if (point.labels().contains(RestorePoint.COPY)) {
            names.add(name);
        }
        return find(kind, names);
    }

    private Optional<StoredFile> find(String kind, List<String> names) throws IOException {
        if (manifest.isEmpty()) {
            return names.stream().flatMap(name -> files.stream().filter(file -> file.name().equals(name))).findFirst();
        }
        Optional<ManifestEntry> entry =
                manifest.get().artifacts().stream().filter(each -> each.artifact().equals(kind)).findFirst();
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        StoredFile file = files.stream().filter(each -> each.name().equals(entry.get().name())).findFirst()
                .orElseThrow(() -> new ChainException(store.name() + ": expected " + entry.get().name()
                        + ", which the manifest of " + point.checkpoint() + " lists, found no such file"));
        check(file, entry.get());
        return Optional.of(file);
    }

    private static void check(StoredFile file, ManifestEntry entry) throws IOException {
        MessageDigest digest = sha256();
        long bytes;
        try (InputStream in = new DigestInputStream(file.open(), digest)) {
            bytes = in.transferTo(OutputStream.nullOutputStream());
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (bytes != entry.bytes() || entry.sha256() != null && !entry.sha256().equals(found)) {
            throw new ChainException(file + ": expected " + entry.bytes() + " bytes with the SHA-256 " + entry.sha256()
                    + ", found " + bytes + " bytes with " + found);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java platform has SHA-256", e);
        }
    }
}
