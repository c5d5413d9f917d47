/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */

/** QEMU's programs, as far as this project starts them. */
package io.virtnbd.engine.qemu;
