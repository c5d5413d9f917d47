/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Backups and streams that are read to tell what they are and whether they are whole. */
package io.virtnbd.camel.verify;
