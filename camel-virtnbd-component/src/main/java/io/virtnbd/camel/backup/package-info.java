/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Backups as messages of a route: what begins them, and what their messages are made of. */
package io.virtnbd.camel.backup;
