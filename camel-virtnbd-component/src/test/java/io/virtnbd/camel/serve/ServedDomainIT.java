/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.GuestSystem;
import io.virtnbd.testing.RequiresGuestKernel;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain boots from the backup of another one that runs. */
@RequiresTools({"qemu-img", "nbdcopy", "virsh", "mke2fs", "debugfs"})
@RequiresGuestKernel
class ServedDomainIT extends CamelTestSupport {

    @TempDir
    Path directory;

    /** From a full and three compressed increments of a system that runs. */
    @Test
    void aDomainBootsFromItsBackupAndLeavesItAsItIs() throws Exception {
        Path set = directory.resolve("set");
        try (GuestSystem system = GuestSystem.boot(directory)) {
            context().addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:backup").to("virtnbd:backup:" + system.domain().name() + "?compression=lz4")
                            .split(body()).streaming().stopOnException()
                            .to("file:" + set + "?tempFileName=${file:name}.part&eagerDeleteTargetFile=false");
                }
            });
            for (int i = 0; i < 4; i++) {
                assertThat(template().send("direct:backup", exchange -> { }).getException()).isNull();
                system.shell("echo " + i + " >/mnt/backup-" + i + "; sync");
            }
        }
        Map<String, String> before = checksums(set);
        assertThat(before.keySet().stream().filter(name -> name.matches("vda\\.(full|inc\\..*)\\.data"))).hasSize(4);
        ServedSet served = new ServedSet(template(), set, directory);
        served.assertServedAsRestored("");

        Path scratch = directory.resolve("scratch");
        served.serve("&keepScratch=true&scratch=" + scratch);
        String disk = ("<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='vda'>"
                + "<host transport='unix' socket='%s'/></source><target dev='vda' bus='virtio'/></disk>")
                .formatted(served.socket());
        try (GuestSystem system = GuestSystem.boot(directory, disk)) {
            system.shell("test $(cat /mnt/backup-2) = 2 && echo restored >/mnt/proof && sync && echo proven");
            system.awaitLine("proven", 0);
            system.awaitWrites();
        }
        served.stop();
        assertThat(checksums(set)).isEqualTo(before);

        String again = served.serve("&keepScratch=true&scratch=" + scratch);
        Path image = directory.resolve("after.raw");
        Tool.run("qemu-img", "convert", "-f", "raw", "-O", "raw", again, image.toString());
        assertThat(Tool.run("debugfs", "-R", "cat /proof", image.toString())).contains("restored");
    }

    private static Map<String, String> checksums(Path set) throws Exception {
        Map<String, String> checksums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(set)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                checksums.put(set.relativize(file).toString(), checksum(file));
            }
        }
        return checksums;
    }

    private static String checksum(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
