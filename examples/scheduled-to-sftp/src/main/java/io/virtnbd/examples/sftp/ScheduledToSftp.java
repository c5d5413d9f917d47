/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.sftp;

import io.virtnbd.examples.support.Example;
import java.util.List;

public final class ScheduledToSftp {

    private static final String HELP = """
            TODO

            usage: run [options]
            """;

    private ScheduledToSftp() {
    }

    public static void main(String[] args) {
        Example.main("scheduled-to-sftp", HELP, List.of(), args, ScheduledToSftp::run);
    }

    private static void run(Example example) throws Exception {
        example.serveDemoDisk();
        example.start();
    }
}
