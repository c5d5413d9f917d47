/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

/** Whether the guest's file systems are frozen while the backup begins. */
public enum FreezeMode {

    /** Where there is a guest agent; a failure is logged. */
    AUTO,
    /** Always; a backup whose guest cannot be frozen fails. */
    REQUIRED,
    NEVER
}
