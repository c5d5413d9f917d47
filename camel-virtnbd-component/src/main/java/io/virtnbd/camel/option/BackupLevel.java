/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.option;

import io.virtnbd.engine.domain.RequestedLevel;

/** What a backup of a domain is asked to cover. The constants are named as the option's values. */
public enum BackupLevel {

    /** The changes since the last committed backup where that is possible, else the whole disks. */
    auto(RequestedLevel.AUTO),
    /** The whole disks, and the start of a new chain. */
    full(RequestedLevel.FULL),
    /** The changes since the last committed backup. */
    inc(RequestedLevel.INC),
    /** The changes since the last full. */
    diff(RequestedLevel.DIFF),
    /** The whole disks, apart from any chain. */
    copy(RequestedLevel.COPY);

    private final RequestedLevel requested;

    BackupLevel(RequestedLevel requested) {
        this.requested = requested;
    }

    /** The same as the engine has it. */
    public RequestedLevel requested() {
        return requested;
    }
}
