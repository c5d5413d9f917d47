/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** What the parts of the engine have in common. The engine knows no Camel. */
package io.virtnbd.engine;
