/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.engine.machine.MissingDiskPolicy;

/** What becomes of disks that a domain has and its backup has not. */
public enum MissingDisks {
    /** The domain is not defined, and nothing is restored. */
    fail(MissingDiskPolicy.FAIL),

    /** The domain is defined without them. */
    remove(MissingDiskPolicy.REMOVE),

    /** They stay in the definition. */
    keep(MissingDiskPolicy.KEEP);

    private final MissingDiskPolicy policy;

    MissingDisks(MissingDiskPolicy policy) {
        this.policy = policy;
    }

    /** The same as the engine has it. */
    public MissingDiskPolicy policy() {
        return policy;
    }
}
