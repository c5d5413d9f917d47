/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.sftp;

import io.virtnbd.examples.support.ExampleException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Header;
import org.apache.camel.support.service.ServiceHelper;

/** What has become of the backups. The job's route calls it, in the thread that has made the backup. */
public final class BackupResults {

    private record Result(boolean done, String text) {
    }

    private final BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    private final String route;
    private int wanted;

    /**
     * @param route  id of the job's route
     * @param wanted how many backups shall be made
     */
    BackupResults(String route, int wanted) {
        this.route = route;
        this.wanted = wanted;
    }

    /** Takes the result of a backup that counts, and ends the schedule when there are enough. */
    public void done(@Header("subject") String subject, CamelContext context) {
        results.add(new Result(true, subject));
        if (--wanted == 0) {
            ServiceHelper.suspendService(context.getRoute(route).getConsumer());
        }
    }

    /** Takes that of a backup that does not count. */
    public void failed(@Body String result) {
        results.add(new Result(false, result));
    }

    /**
     * Waits for the end of the next backup.
     *
     * @throws ExampleException if it has failed
     */
    String next() throws InterruptedException, ExampleException {
        Result result = results.take();
        if (!result.done()) {
            throw new ExampleException(result.text());
        }
        return result.text();
    }
}
