/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are no qcow2 images: raw ones and such that are served over a network, and drives without a medium. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64"})
class RawAndNetworkDisksIT {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;
    private TestDomain domain;
    private int files;

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    private BackupRoutes routes(String name) throws Exception {
        return new BackupRoutes(name, directory.resolve("backups"), "");
    }

    private Path file() {
        return directory.resolve("content-" + files++ + ".raw");
    }

    private Path content(String disk) {
        return domain.snapshotContent(disk, file());
    }

    private void assertRestores(BackupRoutes routes, Made made, String disk, Path expected) throws IOException {
        Path image = file();
        routes.restore(made, disk, image);
        assertThat(Files.mismatch(image, expected)).as("%s at %s", disk, made).isEqualTo(-1);
        Files.delete(image);
    }

    private List<String> streams(BackupRoutes routes, Made made) throws IOException {
        try (Stream<Path> found = Files.list(routes.set(made))) {
            return found.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".data")).toList();
        }
    }

    @Test
    void readsARawDiskAsAWholeWithinEachIncrement() throws Exception {
        domain = new TestDomain(directory).qcow2(16 * MIB).raw(8 * MIB).define();
        try (FileChannel image = FileChannel.open(domain.image("vdb"), StandardOpenOption.WRITE)) {
            image.truncate(8 * MIB - 300); // QEMU makes whole sectors of it
        }
        domain.start();
        domain.guest(guest -> guest.write("vda", 0xa1, 0, MIB).write("vdb", 0xb1, 0, 2 * MIB).write("vdb", 0xb2, 6 * MIB, MIB));
        try (BackupRoutes routes = routes(domain.name())) {
            Path vda0 = content("vda");
            Path vdb0 = content("vdb");
            Made full = routes.backUp("full");
            assertThat(full.level()).isEqualTo("full");
            assertThat(routes.reason("vda")).isEqualTo("a full was asked for");
            assertThat(routes.reason("vdb")).contains("disk vdb is a raw image").contains("cannot be tracked");

            domain.guest(guest -> guest.write("vda", 0xa3, 3 * MIB, MIB).write("vdb", 0xb3, 3 * MIB, MIB)
                    .discard("vdb", 0, MIB));
            Path vda1 = content("vda");
            Path vdb1 = content("vdb");
            Made increment = routes.backUp("auto");
            assertThat(increment.level()).isEqualTo("inc");
            assertThat(routes.reason("vda")).contains("can be continued");
            assertThat(routes.reason("vdb")).contains("disk vdb is a raw image").contains("cannot be tracked");

            domain.guest(guest -> guest.write("vda", 0xa4, 5 * MIB, MIB).zero("vdb", 6 * MIB, 512 << 10, true));
            Made second = routes.backUp("inc");
            assertRestores(routes, full, "vda", vda0);
            assertRestores(routes, full, "vdb", vdb0);
            assertRestores(routes, increment, "vda", vda1);
            assertRestores(routes, increment, "vdb", vdb1);
            assertRestores(routes, second, "vda", content("vda"));
            assertRestores(routes, second, "vdb", content("vdb"));
            routes.verify(second);

            domain.destroy();
            Made offline = routes.backUp("auto");
            assertThat(offline.level()).isEqualTo("diff");
            assertThat(routes.reason("vdb")).contains("disk vdb is a raw image").contains("cannot be tracked");
            assertRestores(routes, offline, "vda", content("vda"));
            assertRestores(routes, offline, "vdb", content("vdb"));
        }
    }

    @Test
    void makesAFullOfRawDisksEachTime() throws Exception {
        domain = new TestDomain(directory).raw(4 * MIB, 4 * MIB).define().start();
        try (BackupRoutes routes = routes(domain.name())) {
            assertThatThrownBy(() -> routes.backUp("inc")).hasStackTraceContaining("disk vda is a raw image")
                    .hasStackTraceContaining("level=full");
            for (int i = 0; i < 3; i++) {
                domain.guestWrite("vda", 0xa1 + i, i * MIB, MIB);
                Path vda = content("vda");
                Path vdb = content("vdb");
                Made made = routes.backUp("auto");
                assertThat(made.level()).isEqualTo("full");
                assertThat(made.chain()).isEqualTo(made.checkpoint());
                assertThat(made.reason()).containsOnlyOnce("disk vda is a raw image").contains("cannot be tracked");
                assertThat(routes.reason("vda")).containsOnlyOnce("disk vda is a raw image");
                assertThat(routes.reason("vdb")).contains("disk vdb is a raw image");
                assertRestores(routes, made, "vda", vda);
                assertRestores(routes, made, "vdb", vdb);
                assertThatThrownBy(() -> routes.backUp("inc")).hasStackTraceContaining("disk vda is a raw image");
            }
            assertThat(domain.virsh("checkpoint-list", "--name")).isBlank();

            domain.destroy();
            assertThatThrownBy(() -> routes.backUp("inc")).hasStackTraceContaining("disk vda is a raw image")
                    .hasStackTraceContaining("level=copy");
            Made copy = routes.backUp("auto");
            assertThat(copy.level()).isEqualTo("copy");
            assertThat(copy.reason()).contains("disk vda is a raw image");
            assertRestores(routes, copy, "vda", content("vda"));
        }
    }

    @Test
    void backsUpADiskThatIsServedOverANetwork() throws Exception {
        MemoryExport export = new MemoryExport(8 * MIB);
        try (NbdServer server = NbdServer.builder().export("", export).build().start()) {
            int port = URI.create(server.uri("")).getPort();
            domain = new TestDomain(directory).qcow2(16 * MIB).served(port).define().start();
            domain.guest(guest -> guest.write("vda", 0xa1, 0, MIB).write("vdb", 0xb1, 0, 2 * MIB).zero("vdb", MIB, 4096, true));
            try (BackupRoutes routes = routes(domain.name())) {
                Path vda0 = content("vda");
                Path vdb0 = content(export);
                Made full = routes.backUp("auto");
                domain.guest(guest -> guest.write("vda", 0xa2, MIB, MIB).write("vdb", 0xb2, 5 * MIB, MIB)
                        .zero("vdb", 0, MIB, true).flush("vdb"));
                Path vda1 = content("vda");
                Path vdb1 = content(export);
                Made increment = routes.backUp("auto");

                assertThat(List.of(full.level(), increment.level())).containsExactly("full", "inc");
                assertThat(routes.reason("vdb")).contains("disk vdb is a raw image");
                assertRestores(routes, full, "vda", vda0);
                assertRestores(routes, full, "vdb", vdb0);
                assertRestores(routes, increment, "vda", vda1);
                assertRestores(routes, increment, "vdb", vdb1);

                domain.destroy();
                assertThatThrownBy(() -> routes.backUp("auto")).hasStackTraceContaining("disk vdb")
                        .hasStackTraceContaining("excludeDisks=vdb");
                Made offline = routes.backUp(Map.of(VirtNbdConstants.EXCLUDE_DISKS, "vdb"));
                assertThat(offline.level()).isEqualTo("diff");
                assertRestores(routes, offline, "vda", vda1);

                domain.start();
                Made next = routes.backUp("auto");
                assertThat(next.level()).isEqualTo("inc");
                assertRestores(routes, next, "vdb", vdb1);
            }
        }
    }

    private Path content(MemoryExport export) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) export.size());
        export.read(0, content);
        return Files.write(file(), content.array());
    }

    @Test
    void leavesDrivesOutAndNamesADomainThatIsFoundByItsUuid() throws Exception {
        domain = new TestDomain(directory).qcow2(4 * MIB)
                .devices("<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>"
                        + "<disk type='file' device='floppy'><target dev='fda' bus='fdc'/></disk>")
                .define().start();
        domain.guestWrite("vda", 0xa1, MIB, MIB);
        String uuid = domain.virsh("domuuid").strip();
        try (BackupRoutes routes = routes(uuid)) {
            Path first = content("vda");
            Made full = routes.backUp("auto");
            domain.guestWrite("vda", 0xa2, MIB, MIB);
            Made increment = routes.backUp("auto");
            assertThat(streams(routes, full)).containsExactlyInAnyOrder("vda.full.data",
                    "vda.inc." + increment.checkpoint() + ".data");
            assertThat(routes.set(full)).isDirectoryContaining(file ->
                    file.endsWith(domain.name() + "." + increment.checkpoint() + ".json"));
            assertRestores(routes, full, "vda", first);
            assertRestores(routes, increment, "vda", content("vda"));

            domain.destroy();
            assertThat(routes.backUp("auto").chain()).isEqualTo(full.chain());
            assertThat(streams(routes, full)).hasSize(3).allMatch(name -> name.startsWith("vda."));
        }
    }
}
