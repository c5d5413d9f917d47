/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */

/** The domain of a backup, with the restored images as its disks: its definition adjusted, defined and started. */
package io.virtnbd.engine.machine;
