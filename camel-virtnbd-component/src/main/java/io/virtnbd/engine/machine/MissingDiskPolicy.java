/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

/** What becomes of disks that a domain has and that were not restored. */
public enum MissingDiskPolicy {
    /** The domain is not defined. */
    FAIL,
    /** The domain is defined without them. */
    REMOVE,
    /** They stay in the definition as they are. */
    KEEP
}
