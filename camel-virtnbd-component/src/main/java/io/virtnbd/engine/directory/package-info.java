/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Directories whose backups are changed: one program at a time, and all of a change or nothing. */
package io.virtnbd.engine.directory;
