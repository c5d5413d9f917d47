/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import java.io.IOException;
import java.util.Collection;

/** What is checked of chains before anything is written. */
public final class ChainCheck {

    private ChainCheck() {
    }

    public static void structure(BackupDirectory set, Collection<Chain> chains) throws IOException {
    }

    public static void full(BackupDirectory set, Collection<Chain> chains) throws IOException {
        structure(set, chains);
    }
}
