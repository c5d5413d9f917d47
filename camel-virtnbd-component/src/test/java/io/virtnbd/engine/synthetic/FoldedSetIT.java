/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.Level;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.Compression;
import io.virtnbd.engine.backup.DiskReadOptions;
import io.virtnbd.engine.directory.FileSteps;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference restores a folded set, with an increment that came after it. */
@RequiresTools({"qemu-img", "qemu-nbd", "virtnbdrestore"})
class FoldedSetIT {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isRestoredByTheReference(boolean lz4) throws Exception {
        Path own = directory.resolve("set");
        SyntheticSet set = new SyntheticSet(own, "vm1", new Random(lz4 ? 1 : 2), true, "id");
        set.attach("vda", 256);
        for (int i = 0; i < 4; i++) {
            // the reference skips zeroes of increments; those that were folded are in the full
            set.write("vda", 30, i < 3);
            set.backup(i == 0 ? Level.FULL : Level.INC, i, List.of("vda"), LocalDateTime.of(2026, 11, 1 + i, 22, 0), true);
            try (Stream<Path> files = Files.list(own)) {
                String part = i == 0 ? ".full." : ".inc.virtnbd." + i + ".";
                for (Path file : files.filter(each -> each.toString().contains(part)).toList()) {
                    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-0" + (1 + i) + "T22:00:00Z")));
                }
            }
        }
        InPlaceFold.fold(own, new FoldOptions(Optional.empty(), Until.checkpoint("virtnbd.2"), DiskReadOptions.defaults()
                .withCompression(lz4 ? Compression.lz4(1) : Compression.NONE)), FileSteps.NONE);
        try (Stream<Path> files = Files.list(own)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".data")))
                    .containsExactlyInAnyOrder("vda.full.data", "vda.inc.virtnbd.3.data");
        }

        Path restored = directory.resolve("restored");
        String log = Tool.run("virtnbdrestore", "-U", "test:///default", "-n", "-i", own.toString(), "-o", restored.toString(),
                "-d", "vda", "-f", directory.resolve("socket").toString(), "-L", directory.resolve("log").toString());
        Path expected = Files.write(directory.resolve("expected.raw"), set.points().get("virtnbd.3").get("vda"));
        try (Stream<Path> files = Files.list(restored)) {
            Path image = files.filter(file -> file.getFileName().toString().startsWith("vda.")).findFirst()
                    .orElseThrow(() -> new AssertionError(log));
            Tool.run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", expected.toString(), image.toString());
        }
    }
}
