/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Disks written from backups, at once or message by message, and the domain around them defined again. */
package io.virtnbd.camel.restore;
