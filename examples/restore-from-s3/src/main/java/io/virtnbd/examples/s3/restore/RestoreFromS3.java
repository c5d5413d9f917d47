/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.s3.restore;

import io.virtnbd.examples.s3.server.S3Server;
import io.virtnbd.examples.support.Example;
import io.virtnbd.examples.support.ExampleException;
import io.virtnbd.examples.support.OutputDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Restores a disk from S3. The route that does it is in {@code camel/restore.camel.yaml}. */
public final class RestoreFromS3 {

    private static final String HELP = """
            Restores a disk from S3, and compares it with the source.

            usage: run [options]  with a demo disk and an S3 server that the program brings, and a backup made before
            """;

    private RestoreFromS3() {
    }

    public static void main(String[] args) {
        Example.main("restore-from-s3", HELP, List.of(), args, RestoreFromS3::run);
    }

    private static void run(Example example) throws Exception {
        OutputDirectory output = example.output();
        Path images = output.restoredImage().getParent();
        example.set("restore.images", images);
        example.set("restore.staging", output.path());
        Optional<Path> disk = example.serveDemoDisk();
        S3Server.start(example);
        example.start();
        if (disk.isPresent()) {
            example.step("backup", "direct:backup");
            example.step("restore", "direct:restore-demo");
            compare(example, disk.get());
        } else {
            example.step("restore", "direct:restore");
        }
        example.out().println();
        output.print(example.out(), OutputDirectory.filesBelow(images));
    }

    private static void compare(Example example, Path disk) throws IOException, ExampleException {
        long difference = Files.mismatch(disk, example.output().restoredImage());
        if (difference >= 0) {
            throw new ExampleException("the restored disk differs from the source at byte " + difference);
        }
        example.tell("compare", "all " + Files.size(disk) + " bytes of the restored disk are those of the source");
    }
}
