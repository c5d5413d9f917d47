/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** What is wrong with backup sets and whole stores of them, as reports, and which part of a store is read in a run. */
package io.virtnbd.engine.verify;
