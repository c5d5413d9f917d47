/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import org.apache.camel.support.DefaultProducer;

/** What all producers of this component have in common. */
abstract class VirtNbdProducer extends DefaultProducer {

    VirtNbdProducer(VirtNbdEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public final VirtNbdEndpoint getEndpoint() {
        return (VirtNbdEndpoint) super.getEndpoint();
    }
}
