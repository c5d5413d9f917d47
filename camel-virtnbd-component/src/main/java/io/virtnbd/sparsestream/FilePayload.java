/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

import java.nio.channels.FileChannel;

/**
 * Where in a file the bytes of a plain data frame are, to be transferred without passing through this program.
 *
 * @param channel  the stream's file, still owned by the reader; to be used with positions
 * @param position first byte in the file
 * @param length   bytes
 */
public record FilePayload(FileChannel channel, long position, long length) {
}
