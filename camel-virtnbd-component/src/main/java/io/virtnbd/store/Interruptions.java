/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

/** Tells a reading that was broken off, of which nothing is known then, from one that has failed. */
public final class Interruptions {

    private Interruptions() {
    }

    /** Whether a failure is there because its thread was interrupted. A timeout of a socket has the same type, and is none. */
    public static boolean isInterruption(Throwable failure) {
        return failure instanceof ClosedByInterruptException
                || failure instanceof InterruptedIOException && !(failure instanceof SocketTimeoutException);
    }

    /** @throws IOException that failure, where it or a cause of it is an interruption */
    public static void rethrow(IOException failure) throws IOException {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isInterruption(cause)) {
                throw failure;
            }
        }
    }
}
