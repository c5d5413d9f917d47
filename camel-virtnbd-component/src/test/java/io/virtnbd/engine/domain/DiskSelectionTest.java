/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.libvirt.DomainDefinition;
import io.virtnbd.libvirt.DomainDisk;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DiskSelectionTest {

    private static DomainDefinition domain(DomainDisk... disks) {
        return new DomainDefinition("web1", FakeDomain.UUID, List.of(disks), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), false);
    }

    private static DomainDisk disk(String target, String device) {
        return new DomainDisk(target, device, "file", "qcow2", Optional.of("/images/" + target), false);
    }

    private static final DomainDefinition DOMAIN =
            domain(disk("vdb", "disk"), disk("sda", "cdrom"), disk("vda", "lun"), disk("fda", "floppy"));

    private static List<String> select(Set<String> included, Set<String> excluded) throws DomainBackupException {
        return DiskSelection.select(DOMAIN, included, excluded).stream().map(DomainDisk::target).toList();
    }

    @Test
    void allDisksAreSelectedInTheOrderOfTheDefinition() throws Exception {
        assertThat(select(Set.of(), Set.of())).containsExactly("vdb", "vda");
    }

    @Test
    void disksCanBeNamedAndLeftOut() throws Exception {
        assertThat(select(Set.of("vda"), Set.of())).containsExactly("vda");
        assertThat(select(Set.of(), Set.of("vda"))).containsExactly("vdb");
        assertThat(select(Set.of("vda", "vdb"), Set.of("vdb"))).containsExactly("vda");
    }

    @Test
    void aDiskThatIsLeftOutNeedNotBeThere() throws Exception {
        assertThat(select(Set.of(), Set.of("vdz", "sda"))).containsExactly("vdb", "vda");
    }

    @Test
    void aDiskThatIsNamedMustBeThereAndBeADisk() {
        assertThatThrownBy(() -> select(Set.of("vda", "vdz"), Set.of())).isInstanceOf(DomainBackupException.class)
                .hasMessage("domain web1 has no disk vdz, found vdb, vda");
        assertThatThrownBy(() -> select(Set.of("sda"), Set.of())).isInstanceOf(DomainBackupException.class);
    }

    @Test
    void oneDiskMustBeLeft() {
        assertThatThrownBy(() -> select(Set.of(), Set.of("vda", "vdb"))).isInstanceOf(DomainBackupException.class)
                .hasMessageContaining("leave none");
        assertThatThrownBy(() -> DiskSelection.select(domain(disk("sda", "cdrom")), Set.of(), Set.of()))
                .isInstanceOf(DomainBackupException.class).hasMessageContaining("found none");
    }
}
