/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.verify;

import java.io.IOException;
import java.nio.file.Path;

/** Where it is kept what of a store was read when. One run at a time uses it. */
public sealed interface VerificationState permits StateFile, StateInMemory {

    /** In a file, which is replaced as a whole. */
    static VerificationState file(Path file) {
        return new StateFile(file);
    }

    /** In this program only. */
    static VerificationState inMemory() {
        return new StateInMemory();
    }

    /**
     * What was saved last, or the beginning.
     *
     * @throws IOException if there is something that cannot be read, or it is of another store
     */
    RotationState load(String store) throws IOException;

    void save(RotationState state) throws IOException;
}
