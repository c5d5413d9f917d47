/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import io.virtnbd.store.BackupStore;

/**
 * A set to verify.
 *
 * @param path  relative to the store that is verified; empty for that itself
 * @param store where the set is
 */
record VerifiedSet(String path, BackupStore store) {

    /** The name of one of its units within the store. */
    String unit(String unit) {
        return StateFile.escaped(path.isEmpty() ? unit : path + "/" + unit);
    }
}
