/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Where the files of backups are: a directory, or whatever can list files and read them. */
package io.virtnbd.store;
