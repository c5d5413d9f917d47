/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Chains folded into one full, and backups deleted that need not be kept. */
package io.virtnbd.camel.retention;
