/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.restore;

/**
 * What a journal is about.
 *
 * @param plan   SHA-256 of the streams of a restore of known streams, or {@link #SESSION}
 * @param target what is written to: the kind and, but for image files, the name
 * @param size   bytes of the disk
 * @param file   number of the image's file in its file system; 0 where there is none
 */
record JournalHeader(String plan, String target, long size, long file) {

    /** The plan of a restore whose streams come one after the other. */
    static final String SESSION = "session";

    /** Whether it is of the same streams, written in the same way. */
    boolean isSameRestore(JournalHeader other) {
        return plan.equals(other.plan) && target.equals(other.target);
    }

    /** Whether a restore that would write this header can go on where that one was. A session's disk may have grown. */
    boolean continues(JournalHeader earlier) {
        return isSameRestore(earlier) && file == earlier.file
                && (plan.equals(SESSION) ? size >= earlier.size : size == earlier.size);
    }
}
