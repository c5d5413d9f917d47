/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import java.io.IOException;

/** Somebody else has the right to write a file. */
public final class FileClaimedException extends IOException {

    private static final long serialVersionUID = 1;

    FileClaimedException(String message) {
        super(message);
    }
}
