/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import io.virtnbd.nbd.transport.NbdTransport;

/** A connection that is ready for requests. */
record Negotiated(NbdTransport transport, TransportInput input, ExportInfo export, MetaContexts contexts) {
}
