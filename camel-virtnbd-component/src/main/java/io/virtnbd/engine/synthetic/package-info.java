/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
/** Chains folded into one new full, without a hypervisor: as a backup to deliver anywhere, or in the place of the chain. */
package io.virtnbd.engine.synthetic;
