/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** What the Kamelets that are stores do in Java. */
package io.virtnbd.routes.store;
