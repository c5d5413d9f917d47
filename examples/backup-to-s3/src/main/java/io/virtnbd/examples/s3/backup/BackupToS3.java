/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.s3.backup;

import io.virtnbd.examples.support.Example;
import java.util.List;

public final class BackupToS3 {

    private static final String HELP = """
            TODO

            usage: run [options]
            """;

    private BackupToS3() {
    }

    public static void main(String[] args) {
        Example.main("backup-to-s3", HELP, List.of(), args, BackupToS3::run);
    }

    private static void run(Example example) throws Exception {
        example.serveDemoDisk();
        example.start();
    }
}
