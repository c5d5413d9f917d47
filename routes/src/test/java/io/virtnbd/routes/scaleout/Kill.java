/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.scaleout;

import io.virtnbd.testing.Virsh;
import java.util.List;

/**
 * A worker that was killed in the middle of a backup.
 *
 * @param files  that it had delivered of it, or was about to
 * @param millis at which it was dead
 */
record Kill(Worker worker, Backup backup, List<String> files, long millis) {

    /** Kills a worker if it is still at work on that backup; it goes on if it is not. */
    static boolean inTheMiddle(Worker worker, Backup backup) throws InterruptedException {
        worker.pause();
        // the socket's name has the checkpoint's
        if (Virsh.tryRun("backup-dumpxml", backup.domain()).output().contains("-" + backup.checkpoint() + ".sock")) {
            worker.kill();
            return true;
        }
        worker.goOn();
        return false;
    }
}
