/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import io.virtnbd.chain.Until;
import io.virtnbd.engine.backup.DiskReadOptions;
import java.util.Objects;
import java.util.Optional;

/**
 * What is folded.
 *
 * @param domain  that the backups have to be of; empty for whatever they are of
 * @param until   what to end with
 * @param reading how the full is encoded
 */
public record FoldOptions(Optional<String> domain, Until until, DiskReadOptions reading) {

    public FoldOptions {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(reading, "reading");
    }
}
