/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** What Camel's event notifiers are told of backups and of their verification. */
package io.virtnbd.camel.event;
