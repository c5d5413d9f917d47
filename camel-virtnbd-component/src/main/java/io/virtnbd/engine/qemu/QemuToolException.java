/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.qemu;

import java.io.IOException;

/** A program of QEMU's is not there or has failed. The message has its command line and what it printed. */
public final class QemuToolException extends IOException {

    private static final long serialVersionUID = 1L;

    public QemuToolException(String message) {
        super(message);
    }
}
