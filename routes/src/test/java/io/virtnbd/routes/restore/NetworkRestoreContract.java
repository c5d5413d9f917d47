/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.FaultyProxy;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a template owes where the store is behind a network that fails. */
abstract class NetworkRestoreContract extends RestoreContract {

    /** In front of the server. */
    abstract FaultyProxy proxy();

    @AfterEach
    void heal() {
        proxy().heal();
    }

    @Test
    void fetchesAFileAgainThatBreaksOff() throws Exception {
        int before = proxy().faults();
        proxy().cutAfterReceived(6 << 20, 2);

        assertRestored(restore(sets().plain(), Map.of()), sets().plain());

        assertThat(proxy().faults() - before).isEqualTo(2);
    }

    @Test
    void goesOnAmongManySmallFiles() throws Exception {
        int before = proxy().faults();
        proxy().cutAfterReceived(1 << 18, 2);

        assertRestored(restore(sets().segments(), Map.of()), sets().segments());

        assertThat(proxy().faults() - before).isEqualTo(2);
    }

    @Test
    void failsWhereTheServerStaysAway() throws Exception {
        proxy().refuse();

        assertThat(restore(sets().plain(), Map.of()).getException()).isNotNull();
        assertThat(images()).doesNotExist();

        proxy().heal();
        assertRestored(restore(sets().plain(), Map.of()), sets().plain());
    }
}
