/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */

/**
 * The Camel component: backups as messages of a route, and messages as restored disks. Messages are read from the disk when a
 * receiver reads them, and the route's outcome decides whether a backup counts as whole.
 */
package io.virtnbd.camel;
