/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.util.Locale;

/** What was done with a stream. */
public enum Check {
    /** Its size is that in a manifest. */
    SIZE,
    /** It ends as a whole stream does; what is before the end was not read. */
    END,
    /** It was read from the first byte to the last, and its frames follow the rules and agree with its metadata. */
    STRUCTURE,
    /** All its content was compared with LZ4's checksums. */
    LZ4,
    /** It was compared with the SHA-256 in a manifest. */
    SHA256,
    /** It was compared with the Adler-32 in a file beside it. */
    ADLER32;

    /** Whether this would find any change of the content. */
    public boolean isOfContent() {
        return this == LZ4 || this == SHA256 || this == ADLER32;
    }

    /** The word for it in reports, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
