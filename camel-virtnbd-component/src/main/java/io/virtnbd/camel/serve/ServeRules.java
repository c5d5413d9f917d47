/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import io.virtnbd.camel.option.RequestOptions;

/** What is checked when an endpoint starts that serves. */
public final class ServeRules {

    private ServeRules() {
    }

    /** @throws Exception if the options cannot be those of a server; mostly an IllegalArgumentException that names one */
    public static void check(RequestOptions options) throws Exception {
        new ServeRequest(options).options();
    }
}
