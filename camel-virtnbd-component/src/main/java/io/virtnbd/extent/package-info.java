/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Ranges of a disk, stored compactly. */
package io.virtnbd.extent;
