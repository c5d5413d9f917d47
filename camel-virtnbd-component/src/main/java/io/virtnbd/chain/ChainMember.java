/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.StoredFile;

/**
 * One file of a chain: a whole stream or one segment of it.
 *
 * @param file     the file
 * @param metadata what the stream says of itself; nothing beyond it was read
 * @param level    level of the backup, from the file's name
 */
public record ChainMember(StoredFile file, StreamMetadata metadata, Level level) {
}
