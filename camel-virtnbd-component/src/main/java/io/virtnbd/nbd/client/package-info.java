/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** An NBD client: it checks all that a server sends, and a connection that has broken the protocol is given up. */
package io.virtnbd.nbd.client;
