/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.Frame;

/**
 * One frame of a plain stream.
 *
 * @param frame what it says
 * @param bytes its header, payload and CR LF as they stand in the stream; the caller's own
 */
public record EncodedFrame(Frame frame, byte[] bytes) {
}
