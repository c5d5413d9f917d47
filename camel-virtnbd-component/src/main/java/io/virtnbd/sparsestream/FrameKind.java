/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.sparsestream;

/** What a frame is, as its header's first four bytes say. */
public enum FrameKind {

    /** The stream's metadata; always the first frame. */
    META("meta"),
    /** A range of the disk, with its bytes. */
    DATA("data"),
    /** A range of the disk that reads as zeroes. */
    ZERO("zero"),
    /** The end of the frames. */
    STOP("stop"),
    /** The last 40 bytes of a compressed stream, after its trailer. */
    TRAILER("comp");

    private static final FrameKind[] KINDS = values();

    private final String tag;
    private final int code;

    FrameKind(String tag) {
        this.tag = tag;
        this.code = tag.charAt(0) << 24 | tag.charAt(1) << 16 | tag.charAt(2) << 8 | tag.charAt(3);
    }

    /** The four ASCII letters in the header. */
    public String tag() {
        return tag;
    }

    /** The four letters as a big-endian number. */
    int code() {
        return code;
    }

    /** The kind with that code, or {@code null}. */
    static FrameKind ofCode(int code) {
        for (FrameKind kind : KINDS) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
