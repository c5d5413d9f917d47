/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.retention;

import io.virtnbd.engine.backup.DiskReadOptions;
import java.util.Objects;
import java.util.Optional;

/**
 * How a retention is run.
 *
 * @param rules      which points are kept
 * @param domain     whose backups are looked at; empty for all
 * @param synthesize whether increments that are older than what is kept are folded into a full
 * @param dryRun     whether nothing is changed
 * @param reading    how new fulls are encoded
 */
public record RetentionOptions(RetentionRules rules, Optional<String> domain, boolean synthesize, boolean dryRun,
                               DiskReadOptions reading) {

    public RetentionOptions {
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(reading, "reading");
    }
}
