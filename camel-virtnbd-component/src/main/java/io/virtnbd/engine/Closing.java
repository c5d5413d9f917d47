/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/** Closes several things, whatever becomes of each. */
public final class Closing {

    private Closing() {
    }

    /** Closes all in this order after a failure, to which it adds those of closing. */
    public static void after(Throwable failure, Closeable... all) {
        try {
            all(Arrays.asList(all));
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Closes all in this order, also those behind one that fails.
     *
     * @param all may be null where there is nothing to close
     * @throws IOException the first failure, with the others added to it
     */
    public static void all(Iterable<? extends Closeable> all) throws IOException {
        IOException failure = null;
        for (Closeable each : all) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (IOException | RuntimeException e) {
                if (failure == null) {
                    failure = e instanceof IOException known ? known : new IOException(e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
