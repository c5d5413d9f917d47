/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.engine.backup.DiskReadOptions;
import java.util.Objects;
import java.util.Optional;

/**
 * What is folded.
 *
 * @param domain  that the backups have to be of; empty for whatever they are of
 * @param until   checkpoint to end with; null for the newest
 * @param reading how the full is encoded
 */
public record FoldOptions(Optional<String> domain, String until, DiskReadOptions reading) {

    public FoldOptions {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(reading, "reading");
    }
}
