/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

/** When a restore is complete. */
public enum RestoreCompletion {
    /** With its message. */
    message,

    /** With the last of several messages. */
    chain
}
