/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.backup;

import io.virtnbd.camel.delivery.BackupRun;
import io.virtnbd.camel.delivery.IncompleteBackupException;
import io.virtnbd.camel.header.VirtNbdConstants;
import java.util.Iterator;
import org.apache.camel.Message;

/** Sends the messages of one backup through a consumer's route, one after the other. */
class SequentialDelivery {

    final BackupRun run;
    private final BackupConsumer consumer;

    SequentialDelivery(BackupConsumer consumer, BackupRun run) {
        this.consumer = consumer;
        this.run = run;
    }

    /**
     * Delivers the messages until the first failure.
     *
     * @return how many
     * @throws IncompleteBackupException as soon as a delivery has failed, or the route is stopped
     */
    int deliver(Iterator<Message> messages) throws Exception {
        int count = 0;
        for (; messages.hasNext(); count++) {
            awaitTurn();
            requireRunning(count);
            Message message = messages.next();
            if (message == null) {
                requireRunning(count);
                break;
            }
            send(message, !messages.hasNext());
        }
        run.requireNoFailure();
        return count;
    }

    private void requireRunning(int count) throws IncompleteBackupException {
        run.requireNoFailure();
        if (!consumer.goesOn()) {
            // Camel does not report what fails while a route is stopped; the end of the backup is logged
            throw run.failed("the route was stopped after " + count + " messages", null);
        }
    }

    /** Waits until a message can be sent. */
    void awaitTurn() throws Exception {
    }

    /** @param last whether no other message follows */
    void send(Message message, boolean last) throws Exception {
        String name = message.getHeader(VirtNbdConstants.FILE_NAME, "a frame", String.class);
        Throwable cause = consumer.send(message);
        if (cause != null) {
            run.failed("the delivery of " + name + " failed", cause);
        }
    }
}
