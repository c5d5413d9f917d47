/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

/**
 * What was read of a stream, from its first byte to its end, or to where it stands.
 *
 * @param bytes  how many
 * @param sha256 as 64 lower-case hexadecimal digits
 */
record ReadContent(long bytes, String sha256) {
}
