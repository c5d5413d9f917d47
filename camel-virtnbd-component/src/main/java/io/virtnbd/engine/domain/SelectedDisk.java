/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import io.virtnbd.libvirt.DomainDisk;

/**
 * A disk that is to be backed up.
 *
 * @param disk     of the domain
 * @param capacity size as the guest sees it, in bytes
 */
record SelectedDisk(DomainDisk disk, long capacity) {

    String target() {
        return disk.target();
    }
}
