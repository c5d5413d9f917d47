/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Which backups are kept, and what goes. */
package io.virtnbd.engine.retention;
