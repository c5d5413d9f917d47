/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Level;
import io.virtnbd.engine.backup.BackupDescription;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU was killed, so that the bitmaps in the images do not tell what was written since it was started. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64"})
class CrashedDomainIT {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;
    private DomainFixture fixture;
    private TestDomain domain;

    @BeforeEach
    void defineDomain() {
        domain = new TestDomain(directory).qcow2(16 * MIB, 8 * MIB).define().start();
        fixture = new DomainFixture(directory, domain);
    }

    /**
     * It has a chain of two, and was written to since.
     *
     * @param stored whether QEMU had stored its bitmaps and taken them up again, else there are none in the images
     */
    private BackupDescription crash(boolean stored) throws Exception {
        domain.guest(guest -> guest.write("vda", 0xa1, 0, 2 * MIB).write("vdb", 0xb1, 0, MIB));
        BackupDescription full = fixture.backUp(RequestedLevel.FULL);
        domain.guestWrite("vda", 0xa2, 4 * MIB, MIB);
        fixture.backUp(RequestedLevel.INC);
        if (stored) {
            domain.destroy().start();
        }
        domain.guest(guest -> guest.write("vda", 0xa3, MIB, MIB).zero("vda", 4 * MIB, 64 << 10, true).flush("vda")
                .write("vdb", 0xb3, 2 * MIB, MIB).flush("vdb"));
        domain.crash();
        return full;
    }

    @AfterEach
    void removeDomain() throws Exception {
        List<Path> left = JobFilesLeft.of(domain);
        fixture.close();
        assertThat(left).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNextAutoBeginsAChainAndTheOneAfterContinuesIt(boolean stored) throws Exception {
        BackupDescription full = crash(stored);
        domain.start();
        for (RequestedLevel level : List.of(RequestedLevel.INC, RequestedLevel.DIFF)) {
            assertThatThrownBy(() -> fixture.begin(level)).isInstanceOf(DomainBackupException.class)
                    .hasMessageContaining(domain.name()).hasMessageContaining("level=" + level.name().toLowerCase())
                    .hasMessageContaining("vda").hasMessageContaining("bitmap").hasMessageContaining("level=auto");
        }
        assertThat(domain.virsh("domjobinfo")).contains("None");

        Path vda = fixture.content("vda");
        Path vdb = fixture.content("vdb");
        BackupDescription again = fixture.backUp(RequestedLevel.AUTO);
        assertThat(again.level()).isEqualTo(Level.FULL);
        assertThat(again.reason()).contains("cannot be continued").contains("vda");
        assertThat(again.chain()).isNotEqualTo(full.chain());

        domain.guest(guest -> guest.write("vda", 0xa4, 8 * MIB, MIB).discard("vdb", 0, MIB));
        BackupDescription increment = fixture.backUp(RequestedLevel.AUTO);
        assertThat(increment.level()).isEqualTo(Level.INC);
        assertThat(increment.parentCheckpoint()).isEqualTo(again.checkpoint());
        fixture.assertRestores(again, "vda", vda);
        fixture.assertRestores(again, "vdb", vdb);
        fixture.assertRestores(increment, "vda", fixture.content("vda"));
        fixture.assertRestores(increment, "vdb", fixture.content("vdb"));
        assertThat(domain.virsh("checkpoint-list", "--name").lines().filter(line -> !line.isBlank()))
                .as("those of the chain that has ended are gone").containsExactly(again.checkpoint(), increment.checkpoint());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDomainThatIsOffSinceIsCopied(boolean stored) throws Exception {
        crash(stored);
        assertThatThrownBy(() -> fixture.begin(RequestedLevel.INC)).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining(domain.name()).hasMessageContaining("disk vda is " + (stored ? "broken" : "missing"))
                .hasMessageContaining("level=copy");
        BackupDescription copy = fixture.backUp(RequestedLevel.AUTO);
        assertThat(copy.level()).isEqualTo(Level.COPY);
        assertThat(copy.reason()).contains("is off").contains("disk vda").contains("QEMU was killed");
        fixture.assertRestores(copy, "vda", fixture.content("vda"));
        fixture.assertRestores(copy, "vdb", fixture.content("vdb"));

        domain.start().destroy();
        assertThat(fixture.backUp(RequestedLevel.AUTO).level()).as("a start in between repairs nothing").isEqualTo(Level.COPY);
    }
}
