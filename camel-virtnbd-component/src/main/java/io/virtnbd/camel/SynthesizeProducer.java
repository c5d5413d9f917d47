/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import org.apache.camel.Exchange;

/** TODO. */
final class SynthesizeProducer extends VirtNbdProducer {

    SynthesizeProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) {
        throw new UnsupportedOperationException();
    }
}
