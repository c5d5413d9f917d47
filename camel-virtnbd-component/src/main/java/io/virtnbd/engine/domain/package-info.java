/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */

/**
 * Backups of libvirt domains: which level, which disks, the job, the checkpoint that is committed or rolled back, and what a
 * program that was killed has left behind.
 */
package io.virtnbd.engine.domain;
