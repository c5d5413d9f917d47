/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */

/** Camel data formats for the frames and segments of sparse streams. */
package io.virtnbd.camel.dataformat;
