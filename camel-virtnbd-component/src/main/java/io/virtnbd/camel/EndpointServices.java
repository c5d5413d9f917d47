/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import io.virtnbd.camel.backup.BackupServices;
import io.virtnbd.camel.delivery.OpenBackups;
import io.virtnbd.camel.domain.EndpointDomains;
import java.time.Duration;

/** What the component gives to the backups of one endpoint. */
record EndpointServices(VirtNbdComponent component, EndpointDomains domains) implements BackupServices {

    @Override
    public OpenBackups openBackups() {
        return component.openBackups();
    }

    @Override
    public void run(Runnable task) {
        component.tasks().run(task);
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        return component.tasks().after(delay, task);
    }
}
