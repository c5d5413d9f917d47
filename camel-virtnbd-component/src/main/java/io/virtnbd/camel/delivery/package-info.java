/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** The messages of a backup on their way through routes, what becomes of them, and whether the backup counts in the end. */
package io.virtnbd.camel.delivery;
