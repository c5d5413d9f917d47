/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** The headers of messages: those that tell of a backup, those that override options, and those of frames. */
package io.virtnbd.camel.header;
