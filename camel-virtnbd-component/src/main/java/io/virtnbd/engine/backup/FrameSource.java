/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.sparsestream.Frame;

/** The data and zero frames of a stream, in disk order. */
interface FrameSource {

    /** The next frame, or null after the last one. */
    Frame next();
}
