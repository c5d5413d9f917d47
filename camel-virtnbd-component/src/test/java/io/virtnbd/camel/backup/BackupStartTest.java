/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Manifest;
import org.junit.jupiter.api.Test;

class BackupStartTest {

    @Test
    void takesAsManySegmentsAsAManifestLists() {
        assertThatCode(() -> BackupStart.requireListable(Manifest.MAX_ARTIFACTS - 3, 3)).doesNotThrowAnyException();
    }

    @Test
    void refusesMoreSegmentsThanAManifestLists() {
        assertThatThrownBy(() -> BackupStart.requireListable(Manifest.MAX_ARTIFACTS - 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("have 499998 segments", "at most 499997", "raise segmentSize");
    }
}
