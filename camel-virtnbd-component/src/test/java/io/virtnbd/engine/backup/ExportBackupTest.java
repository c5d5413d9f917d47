/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.ServedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExportBackupTest {

    private ServedDisk disk;

    @BeforeEach
    void serve() throws IOException {
        disk = new ServedDisk(1 << 20);
        disk.write(1 << 18, new byte[] {1});
    }

    @AfterEach
    void close() throws IOException {
        disk.close();
    }

    @Test
    void isACopyOfOneDiskWithAMinimalDomain() throws IOException {
        DiskBackupOptions options = DiskBackupOptions.copyOf(disk.uri());
        try (ExportBackup backup = ExportBackup.open("web1", options)) {
            assertThat(backup.description()).isEqualTo(new BackupDescription("web1", Level.COPY,
                    "a bare export has no checkpoints", "virtnbd.0", "", "virtnbd.0." + options.date().replaceAll("[^0-9T]", ""), options.date(),
                    Optional.empty()));
            assertThat(backup.disks()).singleElement().satisfies(one -> {
                assertThat(one.fileName().text()).isEqualTo("vda.copy.data");
                assertThat(one.level()).isEqualTo(Level.COPY);
                assertThat(one.backup().dataFrames()).isEqualTo(1);
                assertThat(one.backup().zeroFrames()).isEqualTo(2);
            });
            assertThat(backup.sideFiles()).singleElement().satisfies(file -> {
                assertThat(file.name()).isEqualTo("vmconfig.virtnbd.0.xml");
                assertThat(file.kind()).isEqualTo(SideFileKind.DOMAIN_XML);
                assertThat(new String(file.content().open().readAllBytes(), StandardCharsets.UTF_8))
                        .contains("<name>web1</name>");
            });
        }
    }

    @Test
    void isAChainOfItsOwn() throws IOException {
        try (ExportBackup first = ExportBackup.open("web1", DiskBackupOptions.copyOf(disk.uri()));
                ExportBackup second = ExportBackup.open("web1", DiskBackupOptions.copyOf(disk.uri()))) {
            assertThat(first.description().chain()).isLessThan(second.description().chain())
                    .matches("virtnbd\\.0\\.[0-9]{8}T[0-9]{12}");
        }
    }

    @Test
    void canStillBeReadAfterTheCommitAndNotAfterTheEnd() throws IOException {
        ExportBackup backup = ExportBackup.open("web1", DiskBackupOptions.copyOf(disk.uri()));

        backup.commit();
        backup.commit();
        backup.disks().get(0).backup().disk().open().readAllBytes();
        backup.close();
        backup.close();

        assertThatThrownBy(() -> backup.disks().get(0).backup().disk().open()).isInstanceOf(IOException.class);
    }

    @Test
    void isNoIncrement() {
        DiskBackupOptions increment = new DiskBackupOptions(disk.uri(), "vda", "qcow2", Level.INC, Optional.empty(), "virtnbd.1",
                "virtnbd.0", BackupDate.now(), "", DiskReadOptions.defaults());

        assertThatThrownBy(() -> ExportBackup.open("web1", increment)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is inc, expected copy");
    }
}
