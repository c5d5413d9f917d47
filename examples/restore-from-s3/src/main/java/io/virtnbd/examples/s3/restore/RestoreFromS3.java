/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.s3.restore;

import io.virtnbd.examples.support.Example;
import java.util.List;

public final class RestoreFromS3 {

    private static final String HELP = """
            TODO

            usage: run [options]
            """;

    private RestoreFromS3() {
    }

    public static void main(String[] args) {
        Example.main("restore-from-s3", HELP, List.of(), args, RestoreFromS3::run);
    }

    private static void run(Example example) throws Exception {
        example.serveDemoDisk();
        example.start();
    }
}
