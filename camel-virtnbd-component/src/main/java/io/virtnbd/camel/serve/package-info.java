/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Disks served from their backup, as long as a route runs or until a message ends it. */
package io.virtnbd.camel.serve;
