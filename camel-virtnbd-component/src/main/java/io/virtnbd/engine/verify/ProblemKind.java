/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.util.Locale;

/** What is wrong with a file, or with the files of a disk together. */
public enum ProblemKind {
    /** A file that a manifest lists is not there. */
    MISSING,
    /** There are two where one is expected. */
    DOUBLED,
    /** It belongs to another chain, disk or backup than those around it. */
    FOREIGN,
    /** It ends too early. */
    TRUNCATED,
    /** Its content is not what a checksum or a size says. */
    DAMAGED,
    /** It is not what its name says: no stream, no manifest, or one that breaks the rules of its format. */
    MALFORMED,
    /** The streams of a disk do not follow one another. */
    DISCONTINUOUS,
    /** It could not be read, so nobody knows. */
    UNREADABLE;

    /** The word for it in reports, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
