/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** What an endpoint and a message ask for: the options, their values, and what they can be. */
package io.virtnbd.camel.option;
