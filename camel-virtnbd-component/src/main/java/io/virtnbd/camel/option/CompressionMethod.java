/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

/** How data is compressed. The constants are named as the option's values. */
public enum CompressionMethod {

    none,
    lz4
}
