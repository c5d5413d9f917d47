/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */

/**
 * Domains of libvirt: their definitions, backup jobs, checkpoints, metadata and guest agents, as far as backups need them. The
 * only user of the libvirt bindings. Knows nothing of NBD, streams or levels.
 */
package io.virtnbd.libvirt;
