/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

import java.io.IOException;

/**
 * A server describes the extents of an export in pieces so small that a walk over them would not come to an end in sensible
 * time.
 */
public final class ExtentLimitException extends IOException {

    private static final long serialVersionUID = 1L;

    ExtentLimitException(String export, long offset, String reason) {
        super("extents of export '" + export + "' were given up at " + offset + ": " + reason);
    }
}
