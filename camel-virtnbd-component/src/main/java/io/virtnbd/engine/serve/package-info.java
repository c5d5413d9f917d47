/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Chains as NBD exports: read-only, or written to through a scratch file while the backup stays as it is. */
package io.virtnbd.engine.serve;
