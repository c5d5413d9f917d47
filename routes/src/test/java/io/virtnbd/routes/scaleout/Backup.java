/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

/**
 * A backup, as a worker's log tells of it.
 *
 * @param millis at which it began, since 1970 UTC
 */
record Backup(String domain, String level, String checkpoint, String request, long millis) {
}
