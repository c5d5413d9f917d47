/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One artifact of a backup, as its manifest lists it.
 *
 * @param name     file name relative to the backup's directory, with {@code /} between components
 * @param bytes    size, not negative
 * @param sha256   SHA-256 of the content as 64 lower-case hexadecimal digits; null where none was computed
 * @param artifact kind of the artifact, e.g. {@code disk} or {@code domain-xml}; not blank
 * @param disk     name of the disk it belongs to; null where it belongs to the whole domain
 */
public record ManifestEntry(String name, long bytes, String sha256, String artifact, String disk) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException if a component is not as described */
    public ManifestEntry {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(artifact, "artifact");
        if (!NameRules.isRelativePath(name)) {
            throw new IllegalArgumentException("artifact name '" + name + "' is not a relative path of simple names");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException("artifact '" + name + "': bytes is " + bytes + ", expected 0 or more");
        }
        if (sha256 != null && !SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                    "artifact '" + name + "': sha256 is '" + sha256 + "', expected 64 lower-case hexadecimal digits");
        }
        if (artifact.isBlank()) {
            throw new IllegalArgumentException("artifact '" + name + "' has no kind");
        }
        if (disk != null && disk.isBlank()) {
            throw new IllegalArgumentException("artifact '" + name + "' has a blank disk name");
        }
    }
}
