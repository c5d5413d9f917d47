/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.client;

/** A thread that receives replies, and completes futures. */
final class ReaderThread extends Thread {

    ReaderThread(Runnable reader, String name) {
        super(reader, name);
        setDaemon(true);
    }

    static boolean isCurrent() {
        return Thread.currentThread() instanceof ReaderThread;
    }
}
