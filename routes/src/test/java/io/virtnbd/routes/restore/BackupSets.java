/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import io.virtnbd.routes.sink.SinkRoutes;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Chains of a real domain with two disks, in a store: one of whole disks, and perhaps a newer one of small segments. */
final class BackupSets implements AutoCloseable {

    /** What the second chain is. */
    enum Segments {
        NONE("", 0),
        /** Some dozen. */
        FEW("1m", 4),
        /** More than a thousand, which no server lists in one page. */
        MANY("64k", 70);

        private final String size;
        private final int mib;

        Segments(String size, int mib) {
            this.size = size;
            this.mib = mib;
        }
    }

    private static final long MIB = 1 << 20;

    private final TestDomain domain;
    private final RandomGuest guest;
    private final Path contents;
    private final Map<Made, Map<String, Path>> backups = new LinkedHashMap<>();
    private final Made plain;
    private final Made middle;
    private final Made segments;

    /** @param sink URI of the store's sink */
    BackupSets(Path directory, String sink, Segments segments) throws Exception {
        contents = directory;
        domain = new TestDomain(directory).qcow2(128 * MIB, 16 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(30);
        try (SinkRoutes routes = new SinkRoutes(domain.name(), "", sink, 0)) {
            backUp(routes, "full");
            guest.work(15);
            middle = backUp(routes, "inc");
            guest.work(15);
            plain = backUp(routes, "inc");
        }
        this.segments = segments == Segments.NONE ? null : backUpSegments(segments, sink);
    }

    private Made backUpSegments(Segments kind, String sink) throws Exception {
        try (SinkRoutes routes = new SinkRoutes(domain.name(),
                "unit: segment\nsegmentSize: " + kind.size + "\ncompression: lz4", sink, 0)) {
            domain.guestWrite("vda", 0x5a, 20 * MIB, kind.mib * MIB);
            backUp(routes, "full");
            guest.work(15);
            return backUp(routes, "inc");
        }
    }

    private Made backUp(SinkRoutes routes, String level) throws Exception {
        Made made = routes.backUp(level);
        Map<String, Path> images = new LinkedHashMap<>();
        for (TestDisk disk : domain.disks()) {
            images.put(disk.target(), domain.snapshotContent(disk.target(),
                    contents.resolve(made.checkpoint() + "-" + disk.target() + ".raw")));
        }
        backups.put(made, images);
        return made;
    }

    String domain() {
        return domain.name();
    }

    /** The last backup of the chain of whole disks. */
    Made plain() {
        return plain;
    }

    /** The one before. */
    Made middle() {
        return middle;
    }

    /** The last backup of the chain of segments. */
    Made segments() {
        return segments;
    }

    /** What the domain's disks were when a backup was made, as raw files. */
    Map<String, Path> contents(Made backup) {
        return backups.get(backup);
    }

    @Override
    public void close() {
        domain.close();
    }
}
