/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.engine.backup.RunningBackup;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of each level on a real domain, and of what has gone wrong between two backups. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64"})
class DomainLevelsIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private DomainFixture fixture;
    private TestDomain domain;

    @BeforeEach
    void startDomain() {
        domain = new TestDomain(directory).qcow2(64 * MIB, 32 * MIB).define().start();
        fixture = new DomainFixture(directory, domain);
        domain.guest(guest -> guest.write("vda", 0xa1, 0, 4 * MIB).write("vda", 0xa2, 20 * MIB, MIB)
                .write("vdb", 0xb1, MIB, 2 * MIB));
    }

    @AfterEach
    void removeDomain() throws Exception {
        List<Path> left = JobFilesLeft.of(domain);
        fixture.close();
        assertThat(left).isEmpty();
    }

    @Test
    void autoBeginsAChainAndContinuesIt() throws Exception {
        Path first = fixture.content("vda");
        BackupDescription full = fixture.backUp(RequestedLevel.AUTO);
        domain.guest(guest -> guest.write("vda", 0xa3, MIB, 64 << 10).zero("vda", 2 * MIB, MIB, true)
                .discard("vda", 20 * MIB, 512 << 10).write("vdb", 0xb2, 31 * MIB, MIB));
        Path second = fixture.content("vda");
        Path secondB = fixture.content("vdb");
        BackupDescription increment = fixture.backUp(RequestedLevel.AUTO);
        domain.guestWrite("vda", 0xa4, 60 * MIB, MIB);
        Path third = fixture.content("vda");
        BackupDescription differential = fixture.backUp(RequestedLevel.DIFF);

        assertThat(full.level()).isEqualTo(Level.FULL);
        assertThat(full.reason()).contains("no committed full");
        assertThat(increment.level()).isEqualTo(Level.INC);
        assertThat(increment.parentCheckpoint()).isEqualTo("virtnbd.0");
        assertThat(differential.level()).isEqualTo(Level.DIFF);
        assertThat(differential.parentCheckpoint()).isEqualTo("virtnbd.0");
        fixture.assertRestores(full, "vda", first);
        fixture.assertRestores(increment, "vda", second);
        fixture.assertRestores(increment, "vdb", secondB);
        fixture.assertRestores(differential, "vda", third);
        assertThat(domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()))
                .containsExactly("virtnbd.0", "virtnbd.1");
    }

    @Test
    void rollsBackWhatWasNotCommitted() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        domain.guestWrite("vda", 0xa3, MIB, MIB);
        try (RunningBackup failed = fixture.begin(RequestedLevel.INC)) {
            assertThat(domain.virsh("checkpoint-list", "--name")).contains("virtnbd.1");
            assertThatThrownBy(() -> fixture.begin(RequestedLevel.COPY)).isInstanceOf(DomainBusyException.class);
            assertThat(failed.disks()).hasSize(2);
        }
        assertThat(domain.virsh("checkpoint-list", "--name")).doesNotContain("virtnbd.1");
        domain.guestWrite("vda", 0xa4, 5 * MIB, MIB);
        Path content = fixture.content("vda");
        BackupDescription increment = fixture.backUp(RequestedLevel.INC);

        assertThat(increment.checkpoint()).isEqualTo("virtnbd.2");
        fixture.assertRestores(increment, "vda", content);
    }

    @Test
    void backsUpADomainThatIsOff() throws Exception {
        domain.destroy();
        Path first = fixture.content("vda");
        BackupDescription copy = fixture.backUp(RequestedLevel.AUTO);
        assertThat(copy.level()).isEqualTo(Level.COPY);
        fixture.assertRestores(copy, "vda", first);

        domain.start();
        BackupDescription full = fixture.backUp(RequestedLevel.AUTO);
        assertThat(full.level()).isEqualTo(Level.FULL);
        domain.guest(guest -> guest.write("vda", 0xa3, MIB, MIB).zero("vda", 0, MIB, true));
        domain.destroy();
        Path second = fixture.content("vda");
        BackupDescription off = fixture.backUp(RequestedLevel.AUTO);
        assertThat(off.level()).isEqualTo(Level.DIFF);
        assertThat(off.chain()).isEqualTo(full.chain());
        fixture.assertRestores(off, "vda", second);

        domain.start();
        domain.guestWrite("vda", 0xa5, 3 * MIB, MIB);
        Path third = fixture.content("vda");
        BackupDescription increment = fixture.backUp(RequestedLevel.AUTO);
        assertThat(increment.level()).isEqualTo(Level.INC);
        fixture.assertRestores(off, "vda", second);
        fixture.assertRestores(increment, "vda", third);
    }

    @Test
    void readsWholeWhatIsNewOrResized() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        domain.resize("vda", 80 * MIB);
        String added = domain.hotplug("qcow2", 16 * MIB);
        domain.guest(guest -> guest.write("vda", 0xa3, 79 * MIB, MIB).write(added, 0xc1, MIB, MIB));
        Path vda = fixture.content("vda");
        Path vdc = fixture.content(added);
        BackupDescription increment = fixture.backUp(RequestedLevel.INC);

        fixture.assertRestores(increment, "vda", vda);
        fixture.assertRestores(increment, "vdb", fixture.content("vdb"));
        fixture.assertRestores(increment, added, vdc);
        domain.guest(guest -> guest.write("vda", 0xa4, 0, MIB).write(added, 0xc2, 3 * MIB, MIB));
        BackupDescription next = fixture.backUp(RequestedLevel.INC);
        fixture.assertRestores(next, "vda", fixture.content("vda"));
        fixture.assertRestores(next, added, fixture.content(added));
    }

    @Test
    void beginsANewChainWhenACheckpointOrABitmapIsGone() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        domain.virsh("checkpoint-delete", "virtnbd.0");
        assertThatThrownBy(() -> fixture.backUp(RequestedLevel.INC)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("virtnbd.0").hasMessageContaining("missing").hasMessageContaining("level=auto");
        BackupDescription second = fixture.backUp(RequestedLevel.AUTO);
        assertThat(second.level()).isEqualTo(Level.FULL);
        assertThat(second.reason()).contains("checkpoint virtnbd.0").contains("missing");

        domain.destroy();
        Tool.run("qemu-img", "bitmap", "--remove", domain.image("vdb").toString(), second.checkpoint());
        domain.start();
        assertThatThrownBy(() -> fixture.backUp(RequestedLevel.INC)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("vdb").hasMessageContaining("level=auto");
        BackupDescription third = fixture.backUp(RequestedLevel.AUTO);
        assertThat(third.level()).isEqualTo(Level.FULL);
        assertThat(third.reason()).contains("cannot be continued").contains("vdb");
        fixture.assertRestores(third, "vdb", fixture.content("vdb"));
        assertThat(fixture.backUp(RequestedLevel.AUTO).level()).isEqualTo(Level.INC);
        assertThat(domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank())).hasSize(2);
    }

    @Test
    void takesAnotherNumberWhereABitmapWasLeft() throws Exception {
        fixture.backUp(RequestedLevel.FULL);
        domain.destroy().undefine().startTransient();
        BackupDescription again = fixture.backUp(RequestedLevel.AUTO);
        assertThat(again.level()).isEqualTo(Level.FULL);
        assertThat(again.checkpoint()).isNotEqualTo("virtnbd.0");
        assertThat(fixture.backUp(RequestedLevel.AUTO).level()).isEqualTo(Level.INC);
    }

    @Test
    void keepsTheChangesOfADiskThatWasLeftOut() throws Exception {
        BackupDescription full = fixture.backUp(RequestedLevel.FULL);
        domain.guestWrite("vdb", 0xb7, 0, MIB);
        BackupDescription without = fixture.backUp(DomainFixture.options(RequestedLevel.INC, Set.of(), Set.of("vdb")));
        domain.guestWrite("vdb", 0xb8, 8 * MIB, MIB);
        BackupDescription with = fixture.backUp(RequestedLevel.INC);

        assertThat(without.chain()).isEqualTo(full.chain());
        assertThat(with.parentCheckpoint()).isEqualTo(without.checkpoint());
        fixture.assertRestores(with, "vdb", fixture.content("vdb"));
        fixture.assertRestores(with, "vda", fixture.content("vda"));
    }
}
