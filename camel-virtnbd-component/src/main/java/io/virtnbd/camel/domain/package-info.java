/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** The libvirt daemons that a Camel context uses. */
package io.virtnbd.camel.domain;
