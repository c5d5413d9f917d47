/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.delivery;

/**
 * How a backup is delivered.
 *
 * @param checksums       whether the manifest has the SHA-256 of each artifact
 * @param manifestTimeout how long the manifest waits for what is still being delivered, in milliseconds
 * @param maxInflightSize most bytes of content in the messages that are on their way at once; one message may have more
 */
public record DeliveryOptions(boolean checksums, long manifestTimeout, long maxInflightSize) {
}
