/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import org.apache.camel.CamelContext;

/**
 * What an endpoint says: its URI and its options. Immutable but for the configuration, which is not changed once the endpoint has
 * started.
 *
 * @param context       the Camel context that the endpoint is of
 * @param operation     what the endpoint does
 * @param name          of a domain or what stands for one; null where the endpoint's URI has none
 * @param configuration the options, those of the component where the endpoint has none of its own
 */
public record EndpointOptions(CamelContext context, VirtNbdOperation operation, String name, VirtNbdConfiguration configuration) {
}
