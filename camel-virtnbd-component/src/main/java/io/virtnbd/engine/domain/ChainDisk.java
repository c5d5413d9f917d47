/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

/**
 * What is known of a disk from the committed backups of a chain.
 *
 * @param target   for example {@code vda}
 * @param base     checkpoint of the last backup that holds the whole disk; a differential builds on it
 * @param last     checkpoint of the last backup; an increment builds on it
 * @param capacity size at the last backup in bytes
 */
record ChainDisk(String target, String base, String last, long capacity) {
}
