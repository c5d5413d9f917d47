/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Numbers, codecs, URIs and errors of the NBD protocol; no input or output. */
package io.virtnbd.nbd.protocol;
