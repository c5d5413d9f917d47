/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** External snapshots between two backups: the disk has another image then, above the one whose bitmaps are known. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64"})
class SnapshotIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private Path overlay;
    private DomainFixture fixture;
    private TestDomain domain;
    private BackupDescription full;
    private Path before;

    @BeforeEach
    void takeSnapshot() throws Exception {
        domain = new TestDomain(directory).qcow2(16 * MIB, 8 * MIB).define().start();
        fixture = new DomainFixture(directory, domain);
        overlay = directory.resolve(domain.name() + "-overlay.qcow2");
        domain.guest(guest -> guest.write("vda", 0xa1, 0, 4 * MIB).write("vdb", 0xb1, 0, MIB));
        before = fixture.content("vda");
        full = fixture.backUp(RequestedLevel.FULL);
        domain.guestWrite("vda", 0xa2, 5 * MIB, MIB);
        domain.virsh("snapshot-create-as", "--disk-only", "--no-metadata", "--diskspec", "vda,file=" + overlay,
                "--diskspec", "vdb,snapshot=no");
        domain.guest(guest -> guest.write("vda", 0xa3, MIB, MIB).zero("vda", 3 * MIB, MIB, true).write("vdb", 0xb3, MIB, MIB));
    }

    @AfterEach
    void removeDomain() throws Exception {
        fixture.close();
        Files.deleteIfExists(overlay);
    }

    private Path overlayContent(String name) {
        if (domain.isRunning()) {
            domain.guest(guest -> guest.flush("vda"));
        }
        Path content = directory.resolve(name);
        Tool.run("qemu-img", "convert", "-U", "-f", "qcow2", "-O", "raw", overlay.toString(), content.toString());
        return content;
    }

    @Test
    void theDiskIsReadAsAWholeOnceAndThenItsChanges() throws Exception {
        Path vda = overlayContent("first");
        Path vdb = fixture.content("vdb");
        BackupDescription increment;
        try (RunningBackup backup = fixture.begin(RequestedLevel.INC)) {
            fixture.deliver(backup);
            backup.commit();
            increment = backup.description();
            assertThat(backup.disks().get(0).level()).isEqualTo(Level.FULL);
            assertThat(backup.disks().get(0).reason()).contains("disk vda has another image").contains(overlay.toString());
            assertThat(backup.disks().get(1).level()).isEqualTo(Level.INC);
        }
        assertThat(increment.chain()).isEqualTo(full.chain());

        domain.guest(guest -> guest.write("vda", 0xa4, 8 * MIB, MIB).discard("vda", MIB, MIB));
        BackupDescription next;
        try (RunningBackup backup = fixture.begin(RequestedLevel.AUTO)) {
            fixture.deliver(backup);
            backup.commit();
            next = backup.description();
            assertThat(backup.disks().get(0).level()).isEqualTo(Level.INC);
            assertThat(backup.disks().get(0).backup().metadata().dataSize()).isEqualTo(MIB);
        }
        fixture.assertRestores(full, "vda", before);
        fixture.assertRestores(increment, "vda", vda);
        fixture.assertRestores(increment, "vdb", vdb);
        fixture.assertRestores(next, "vda", overlayContent("second"));

        domain.destroy();
        BackupDescription off = fixture.backUp(RequestedLevel.AUTO);
        assertThat(off.level()).isEqualTo(Level.DIFF);
        fixture.assertRestores(off, "vda", overlayContent("off"));
    }

    @Test
    void aDomainThatIsOffSinceIsReadAsAWholeToo() throws Exception {
        domain.destroy();
        Path vda = overlayContent("first");
        BackupDescription off = fixture.backUp(RequestedLevel.AUTO);
        assertThat(off.level()).isEqualTo(Level.DIFF);
        fixture.assertRestores(off, "vda", vda);
        fixture.assertRestores(off, "vdb", fixture.content("vdb"));

        domain.start();
        domain.guestWrite("vda", 0xa5, 10 * MIB, MIB);
        BackupDescription increment = fixture.backUp(RequestedLevel.AUTO);
        assertThat(increment.level()).isEqualTo(Level.INC);
        fixture.assertRestores(increment, "vda", overlayContent("second"));
        fixture.assertRestores(off, "vda", vda);
    }

    @Test
    void aSnapshotThatWasMergedBackCostsNothingThatIsNotTold() throws Exception {
        domain.virsh("blockcommit", "vda", "--active", "--pivot", "--wait");
        Path vda = fixture.content("vda");
        BackupDescription increment = fixture.backUp(RequestedLevel.AUTO);
        fixture.assertRestores(increment, "vda", vda);
        domain.guestWrite("vda", 0xa6, 12 * MIB, MIB);
        BackupDescription next = fixture.backUp(RequestedLevel.AUTO);
        assertThat(next.level()).isEqualTo(Level.INC);
        fixture.assertRestores(next, "vda", fixture.content("vda"));
    }
}
