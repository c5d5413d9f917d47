/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.directory;

import java.io.IOException;

/** Is told of each change to the file system before it is made: tests let a program die there. */
@FunctionalInterface
public interface FileSteps {

    FileSteps NONE = what -> { };

    /** @param what is about to be done, in words for people */
    void before(String what) throws IOException;
}
