/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/**
 * What belongs together: the levels of a backup, the names of its files, its manifest, and which streams of a directory make up
 * a disk, in which order.
 */
package io.virtnbd.chain;
