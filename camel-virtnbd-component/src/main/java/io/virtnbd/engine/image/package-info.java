/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/**
 * A chain of streams as one readable disk. A {@code FrameTable} is the index of one stream, some bytes for each frame; the tables
 * of a backup make a {@code Layer}, and a read goes through the layers from the newest to the oldest, whose data it shows where
 * no newer frame is. {@link io.virtnbd.engine.image.ChainImage} is the only way in.
 */
package io.virtnbd.engine.image;
