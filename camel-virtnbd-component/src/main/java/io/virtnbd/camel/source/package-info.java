/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Which backups or streams a request means: a directory, a store, or what is in the message's body. */
package io.virtnbd.camel.source;
