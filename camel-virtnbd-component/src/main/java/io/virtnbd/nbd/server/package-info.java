/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** An NBD server for raw files, memory, and whatever else implements an export. */
package io.virtnbd.nbd.server;
