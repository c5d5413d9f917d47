/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.s3.backup;

import io.virtnbd.examples.s3.server.S3Server;
import io.virtnbd.examples.support.Example;
import io.virtnbd.examples.support.Quantities;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Backs up a disk to S3. The routes that do it are in {@code camel/backup.camel.yaml}. */
public final class BackupToS3 {

    private static final String HELP = """
            Backs up a disk to S3: plain, as one object, and compressed, in segments that are uploaded in parallel.

            usage: run [options]           both, with a demo disk and an S3 server that the program brings
                   run [options] plain     plain only
                   run [options] segments  in segments only
            """;

    /** Most objects of a directory that are shown. */
    private static final int SHOWN = 5;

    private BackupToS3() {
    }

    public static void main(String[] args) {
        Example.main("backup-to-s3", HELP, List.of("plain", "segments"), args, BackupToS3::run);
    }

    private static void run(Example example) throws Exception {
        example.serveDemoDisk();
        S3Server.start(example);
        example.start();
        for (String way : List.of("plain", "segments")) {
            if (example.wants(way)) {
                example.step(way, "direct:" + way);
            }
        }
        list(example);
    }

    private static void list(Example example) throws Exception {
        Object[] objects = example.request("direct:list", request -> { }).getMessage().getBody(Object[].class);
        Map<String, List<S3Object>> directories = Arrays.stream(objects).map(S3Object.class::cast)
                .collect(Collectors.groupingBy(object -> object.key().substring(0, object.key().lastIndexOf('/') + 1),
                        TreeMap::new, Collectors.toList()));
        for (Map.Entry<String, List<S3Object>> directory : directories.entrySet()) {
            List<S3Object> found = directory.getValue();
            example.out().printf("%nObjects %s... in the bucket: %d, with %s%n", directory.getKey(), found.size(),
                    Quantities.bytes(found.stream().mapToLong(S3Object::size).sum()));
            found.stream().limit(SHOWN).forEach(object -> example.out().printf("%12s  %s%n",
                    Quantities.bytes(object.size()), object.key().substring(directory.getKey().length())));
            if (found.size() > SHOWN) {
                example.out().printf("%12s  and %d more%n", "...", found.size() - SHOWN);
            }
        }
    }
}
