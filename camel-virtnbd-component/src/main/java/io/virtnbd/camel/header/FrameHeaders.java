/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.header;

import io.virtnbd.sparsestream.Frame;
import io.virtnbd.sparsestream.FrameKind;
import org.apache.camel.Message;

/** The headers of a message that is one frame. */
public final class FrameHeaders {

    private FrameHeaders() {
    }

    /** Sets kind and length, and for data and zero frames the start. */
    public static void set(Message message, Frame frame) {
        message.setHeader(VirtNbdConstants.FRAME_KIND, frame.kind().tag());
        message.setHeader(VirtNbdConstants.FRAME_LENGTH, frame.length());
        if (frame.kind() == FrameKind.DATA || frame.kind() == FrameKind.ZERO) {
            message.setHeader(VirtNbdConstants.FRAME_START, frame.start());
        }
    }
}
