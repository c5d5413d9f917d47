/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.OpenBackups;
import io.virtnbd.camel.domain.EndpointDomains;
import java.time.Duration;

/** What backups need of the component that they are made by. Safe for use by several threads. */
public interface BackupServices {

    /** The domains that the endpoint's options say. */
    EndpointDomains domains();

    /** The backups that end with the component. */
    OpenBackups openBackups();

    /** Runs a task in another thread; what that is of ends with the component. */
    void run(Runnable task);

    /**
     * Runs a task later in another thread.
     *
     * @return cancels it, unless it has begun
     */
    Runnable after(Duration delay, Runnable task);
}
