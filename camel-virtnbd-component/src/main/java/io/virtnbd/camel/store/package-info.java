/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Backups in whatever a Camel endpoint can list and read. */
package io.virtnbd.camel.store;
