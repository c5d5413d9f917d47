/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.engine.domain.FreezeMode;

/** Whether the guest's file systems are frozen while a backup begins. The constants are named as the option's values. */
public enum FreezeOption {

    /** Where there is a guest agent; a failure is logged. */
    auto(FreezeMode.AUTO),
    /** Always; a backup whose guest cannot be frozen fails. */
    required(FreezeMode.REQUIRED),
    /** Never. */
    never(FreezeMode.NEVER);

    private final FreezeMode mode;

    FreezeOption(FreezeMode mode) {
        this.mode = mode;
    }

    /** The same as the engine has it. */
    public FreezeMode mode() {
        return mode;
    }
}
