/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The last file of a backup, which lists all others: without it a backup is not complete. As JSON it is an object with the
 * record's components as keys, in this order; readers ignore keys that they do not know.
 *
 * @param domain           name of the domain; not blank
 * @param level            label of the backup's {@link Level}
 * @param checkpoint       checkpoint that the backup made; not blank
 * @param parentCheckpoint checkpoint that it builds on; empty for a full and a copy, and only for these
 * @param date             when the backup was made, as in the streams' metadata; not blank
 * @param artifacts        all artifacts in the order of their delivery, the manifest itself excepted; names are unique;
 *                         at most {@value #MAX_ARTIFACTS}
 */
public record Manifest(
        String domain, String level, String checkpoint, String parentCheckpoint, String date, List<ManifestEntry> artifacts) {

    /** Most artifacts that a manifest lists. */
    public static final int MAX_ARTIFACTS = 500_000;

    /** Largest manifest that is read, in bytes: that of {@link #MAX_ARTIFACTS} with names of common lengths has half of it. */
    static final int MAX_BYTES = 256 << 20;

    /** @throws IllegalArgumentException if a component is not as described */
    public Manifest {
        requireText("domain", domain);
        requireText("checkpoint", checkpoint);
        requireText("date", date);
        Objects.requireNonNull(parentCheckpoint, "parentCheckpoint");
        boolean base = Level.ofLabel(Objects.requireNonNull(level, "level"))
                .orElseThrow(() -> new IllegalArgumentException("level is '" + level + "', expected copy, full, inc or diff"))
                .isBase();
        if (base != parentCheckpoint.isEmpty()) {
            throw new IllegalArgumentException("parentCheckpoint of level " + level + " is '" + parentCheckpoint
                    + "', expected " + (base ? "none" : "the checkpoint that it builds on"));
        }
        if (artifacts.size() > MAX_ARTIFACTS) {
            throw new IllegalArgumentException("it lists " + artifacts.size() + " artifacts, expected at most "
                    + MAX_ARTIFACTS);
        }
        artifacts = List.copyOf(artifacts);
        Set<String> names = new HashSet<>();
        for (ManifestEntry entry : artifacts) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("artifact '" + entry.name() + "' is listed twice");
            }
        }
    }

    /** UTF-8, indented, with the same bytes for equal manifests on every platform. */
    public byte[] toJson() {
        return ManifestJson.write(this);
    }

    /**
     * Reads a manifest strictly: UTF-8, one object, no key twice, every known key there and of its type, null only
     * where {@link ManifestEntry} says so.
     *
     * @throws ChainException if it is not a manifest; the message says where
     */
    public static Manifest parse(byte[] json) throws ChainException {
        return ManifestJson.read(json);
    }

    /**
     * Reads a manifest from a file.
     *
     * @throws ChainException if it is not a manifest, or is larger than 256 MiB
     * @throws IOException    if the file cannot be read
     */
    public static Manifest read(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        return read(new StoredFile(new DirectoryStore(absolute.getParent()), absolute.getFileName().toString(),
                Files.size(file)));
    }

    /**
     * Reads a manifest from a store.
     *
     * @throws ChainException if it is not a manifest, or is larger than 256 MiB
     * @throws IOException    if the file cannot be read
     */
    public static Manifest read(StoredFile file) throws IOException {
        if (file.bytes() > MAX_BYTES) {
            throw new ChainException(file + " is not a manifest: it has " + file.bytes() + " bytes, expected at most "
                    + MAX_BYTES);
        }
        try (InputStream json = file.open()) {
            return parse(json.readAllBytes());
        } catch (ChainException e) {
            throw new ChainException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * What it says of one disk: without the artifacts of other disks, with those of the whole domain.
     *
     * @param disk name of the disk
     */
    public Manifest ofDisk(String disk) {
        Objects.requireNonNull(disk, "disk");
        return new Manifest(domain, level, checkpoint, parentCheckpoint, date,
                artifacts.stream().filter(entry -> entry.disk() == null || entry.disk().equals(disk)).toList());
    }

    /**
     * Checks that every artifact is in a directory, as a regular file of the listed size and, if asked, content. Other files
     * there are of no concern. Memory is bounded; checksums are computed by reading every file once.
     *
     * @param checksums whether SHA-256 checksums are compared, where the manifest has them
     * @throws ChainException if the directory differs from the manifest; the message names every differing artifact up to ten
     * @throws IOException    if a file that is there cannot be read
     */
    public void verify(Path directory, boolean checksums) throws IOException {
        new ManifestVerifier(directory, checksums).verify(this);
    }

    private static void requireText(String key, String value) {
        if (Objects.requireNonNull(value, key).isBlank()) {
            throw new IllegalArgumentException(key + " is blank");
        }
    }
}
