/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

/** What becomes of disks that a domain has and its backup has not. */
public enum MissingDisks {
    /** The domain is not defined. */
    fail,

    /** The domain is defined without them. */
    remove,

    /** They stay in the definition. */
    keep
}
