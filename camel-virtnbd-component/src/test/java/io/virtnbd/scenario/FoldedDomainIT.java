/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain goes on with a chain that was folded under it. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64"})
class FoldedDomainIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private TestDomain domain;
    private int files;
    private final Map<Made, Map<String, Path>> contents = new LinkedHashMap<>();

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    @Test
    void incrementsFitOnAFoldedFullAndDifferentialsAreRefused() throws Exception {
        domain = new TestDomain(directory).qcow2(32 * MIB, 16 * MIB).define().start();
        RandomGuest guest = new RandomGuest(domain, true);
        try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("backups"), "&compression=lz4");
                DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.start();
            Made full = backUp(routes, guest, "auto");
            Made first = backUp(routes, guest, "inc");
            Made second = backUp(routes, guest, "inc");
            Path set = routes.set(full);

            Map<?, ?> folded = run(camel, "synthesize:" + domain.name() + "?inPlace=true&directory=" + set + "&until="
                    + first.checkpoint());
            assertThat(folded.get("backups")).isEqualTo(2);
            Made third = backUp(routes, guest, "inc");
            assertThat(third.chain()).isEqualTo(full.chain());
            assertRestores(routes, List.of(first, second, third));
            assertThat(names(set)).contains("vda.full.data").noneMatch(name -> name.contains(first.checkpoint() + ".data"));

            Map<?, ?> kept = run(camel, "retention:" + domain.name() + "?keepLast=1&synthesize=true&directory="
                    + directory.resolve("backups"));
            assertThat(kept.get("problems")).isEqualTo(Map.of());
            assertThat(kept.get("folded")).isEqualTo(1L);
            Made fourth = backUp(routes, guest, "inc");
            assertRestores(routes, List.of(second, third, fourth));
            routes.verify(full);

            Made differential = backUp(routes, guest, "diff");
            assertThat(differential.parent()).isEqualTo(full.checkpoint());
            assertThatThrownBy(() -> restore(routes, differential, "vda")).hasStackTraceContaining(full.checkpoint());
            assertRestores(routes, List.of(second, third, fourth));
            List<String> before = names(set);
            Map<?, ?> untouched = run(camel, "retention?keepLast=1&synthesize=true&directory=" + directory.resolve("backups"));
            assertThat(untouched.get("problems")).asString().contains(full.chain());
            assertThat(names(set)).isEqualTo(before);

            assertRestores(routes, List.of(backUp(routes, guest, "full")));
        }
    }

    private static Map<?, ?> run(DefaultCamelContext camel, String uri) {
        Exchange done = camel.createProducerTemplate().send("virtnbd:" + uri, request -> { });
        assertThat(done.getException()).as(uri).isNull();
        return done.getMessage().getBody(Map.class);
    }

    private Made backUp(BackupRoutes routes, RandomGuest guest, String level) throws Exception {
        guest.work(15);
        Map<String, Path> disks = new LinkedHashMap<>();
        for (TestDisk disk : domain.disks()) {
            disks.put(disk.target(), domain.snapshotContent(disk.target(), file()));
        }
        Made made = routes.backUp(level);
        contents.put(made, disks);
        return made;
    }

    private void assertRestores(BackupRoutes routes, List<Made> backups) throws IOException {
        for (Made backup : backups) {
            for (Map.Entry<String, Path> disk : contents.get(backup).entrySet()) {
                Path image = restore(routes, backup, disk.getKey());
                assertThat(Files.mismatch(image, disk.getValue())).as("%s at %s", disk.getKey(), backup).isEqualTo(-1);
                Files.delete(image);
            }
        }
    }

    private Path restore(BackupRoutes routes, Made backup, String disk) {
        Path image = file();
        routes.restore(backup, disk, image);
        return image;
    }

    private Path file() {
        return directory.resolve("content-" + files++ + ".raw");
    }

    private static List<String> names(Path set) throws IOException {
        try (Stream<Path> files = Files.list(set)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
