/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

/** Checksums in the manifest. The constants are named as the option's values. */
public enum ChecksumMethod {

    none,
    sha256
}
