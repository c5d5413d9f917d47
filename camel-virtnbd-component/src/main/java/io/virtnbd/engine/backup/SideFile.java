/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import io.virtnbd.engine.ReopenableStream;
import java.util.Optional;

/**
 * A file that a backup has beside its streams.
 *
 * @param name    of the file in a backup set; can have a directory, separated by a slash
 * @param kind    what it is
 * @param disk    the disk that it tells of, if it belongs to one
 * @param content readable as long as the backup is open
 */
public record SideFile(String name, SideFileKind kind, Optional<String> disk, ReopenableStream content) {
}
