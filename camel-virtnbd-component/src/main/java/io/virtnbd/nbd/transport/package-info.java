/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Connections for NBD: TCP, unix sockets, TLS. */
package io.virtnbd.nbd.transport;
