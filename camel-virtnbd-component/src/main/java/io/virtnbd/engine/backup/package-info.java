/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** A disk as a stream, as segments or as frames, read again from the start as often as somebody asks; what a running backup is. */
package io.virtnbd.engine.backup;
