/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/**
 * Streams written to a raw or qcow2 image, a block device or an export: at once, or one after another as they come; continued after
 * an interruption, and compared with the streams where asked.
 */
package io.virtnbd.engine.restore;
