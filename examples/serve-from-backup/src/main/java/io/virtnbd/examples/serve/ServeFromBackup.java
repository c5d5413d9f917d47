/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.serve;

import io.virtnbd.examples.support.Example;
import io.virtnbd.examples.support.Failures;
import io.virtnbd.examples.support.OutputDirectory;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Serves a disk from its backup. The routes that do it are in {@code camel/serve.camel.yaml}. */
public final class ServeFromBackup {

    private static final String HELP = """
            Serves a disk over NBD straight from its backup, until Enter or Ctrl-C is pressed.

            usage: run [options]            read-only and, with a scratch file, to be written to; a demo disk
                                            that the program brings, of which it makes a backup before
                   run [options] read-only  read-only alone
                   run [options] writable   with a scratch file alone
            """;

    private ServeFromBackup() {
    }

    public static void main(String[] args) {
        Example.main("serve-from-backup", HELP, List.of("read-only", "writable"), args, ServeFromBackup::run);
    }

    private static void run(Example example) throws Exception {
        OutputDirectory output = example.output();
        boolean backUp = !example.isGiven("serve.directory");
        example.set("backup.enabled", backUp);
        if (backUp) {
            example.set("serve.directory", output.backups());
            if (example.serveDemoDisk().isPresent()) {
                output.clear(output.backups());
            }
        }
        if (!example.isGiven("serve.scratch")) {
            example.set("serve.scratch", output.path().resolve("scratch"));
        }
        closeAtCtrlC(example);
        example.start();
        if (backUp) {
            example.step("backup", "direct:backup");
        }
        for (String way : List.of("read-only", "writable")) {
            if (example.wants(way)) {
                serve(example, way);
            }
        }
        example.out().println("Serving until Enter is pressed.");
        awaitLine();
    }

    private static void serve(Example example, String way) throws Exception {
        Map<?, ?> served = example.request("direct:" + way, request -> { }).getMessage().getBody(Map.class);
        served.forEach((disk, uri) -> example.tell(way, disk + " at " + uri));
    }

    /** A socket that stayed would be in the way of the next run. */
    private static void closeAtCtrlC(Example example) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                example.close();
            } catch (Exception e) {
                System.err.println("serve-from-backup did not end well: " + Failures.describe(e));
            }
        }));
    }

    /** Ends with the input, too. */
    private static void awaitLine() throws IOException {
        for (int read = System.in.read(); read != '\n' && read >= 0;) {
            read = System.in.read();
        }
    }
}
