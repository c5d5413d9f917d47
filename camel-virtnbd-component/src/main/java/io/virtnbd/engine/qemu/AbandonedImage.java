/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.qemu;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A qcow2 image that a program which was killed had open through a {@link QemuNbd}. */
public final class AbandonedImage {

    private static final long RELEASE_MILLIS = 20_000;
    private static final long POLL_MILLIS = 20;
    /** Reads all metadata of the image, some 130 MiB for each TiB. */
    private static final long CHECK_SECONDS = 600;

    private AbandonedImage() {
    }

    /**
     * Waits until nobody has the image open, and frees the clusters in it that are allocated and not used.
     *
     * @param socket of the server that may still have it open; may be null
     * @return whether the image can be written; not where it stays open, or is damaged
     * @throws java.io.InterruptedIOException if the thread is interrupted; it stays marked so
     */
    public static boolean recover(Path image, Path socket) throws IOException {
        long deadline = System.nanoTime() + RELEASE_MILLIS * 1_000_000;
        while (true) {
            release(socket);
            try {
                QemuTool.run(CHECK_SECONDS, "qemu-img", "check", "-q", "-r", "leaks", "-f", "qcow2", image.toString());
                return true;
            } catch (QemuToolException e) {
                boolean locked = e.getMessage().contains(" lock");
                if (!locked || System.nanoTime() - deadline > 0) {
                    return false;
                }
            }
            QemuNbd.pause(POLL_MILLIS);
        }
    }

    /**
     * Has a server end. It does so by itself when its client has left, as with a program that was killed; one that has had no
     * client yet is given one.
     *
     * @param socket may be null, or no longer there
     */
    public static void release(Path socket) throws IOException {
        if (socket == null || !Files.exists(socket)) {
            return;
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
        } catch (IOException e) {
            Files.deleteIfExists(socket); // nobody serves it any more
        }
    }
}
