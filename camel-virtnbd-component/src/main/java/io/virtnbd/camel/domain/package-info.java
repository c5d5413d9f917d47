/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** The libvirt daemons that a Camel context uses, their health, and the domains that they have. */
package io.virtnbd.camel.domain;
