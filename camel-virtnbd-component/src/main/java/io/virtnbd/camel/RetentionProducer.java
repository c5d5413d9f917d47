/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;

/** TODO. */
final class RetentionProducer extends DefaultProducer {

    RetentionProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
    }

    @Override
    public void process(Exchange exchange) {
        throw new UnsupportedOperationException();
    }
}
