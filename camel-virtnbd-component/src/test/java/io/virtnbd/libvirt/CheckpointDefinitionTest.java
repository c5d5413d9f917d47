/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointDefinitionTest {

    @Test
    void readsWhatLibvirtSays() throws Exception {
        assertThat(CheckpointDefinition.parse("""
                <domaincheckpoint>
                  <name>virtnbdbackup.1</name>
                  <parent>
                    <name>virtnbdbackup.0</name>
                  </parent>
                  <creationTime>1700000000</creationTime>
                  <disks>
                    <disk name='vda' checkpoint='bitmap' bitmap='virtnbdbackup.1' size='65536'/>
                    <disk name='vdb' checkpoint='no'/>
                    <disk name='vdc' checkpoint='bitmap' bitmap='virtnbdbackup.1'/>
                  </disks>
                  <domain type='kvm'><name>vm</name></domain>
                </domaincheckpoint>
                """)).isEqualTo(new CheckpointDefinition("virtnbdbackup.1", Optional.of("virtnbdbackup.0"),
                List.of("vda", "vdc")));
    }

    @Test
    void theFirstCheckpointHasNoParent() throws Exception {
        assertThat(CheckpointDefinition.parse("<domaincheckpoint><name>c.0</name></domaincheckpoint>"))
                .isEqualTo(new CheckpointDefinition("c.0", Optional.empty(), List.of()));
    }

    @Test
    void readsWhatItWrote() throws Exception {
        CheckpointDefinition checkpoint = new CheckpointDefinition("a<b>&'\"c", Optional.empty(), List.of("vda", "sdb"));
        assertThat(CheckpointDefinition.parse(CheckpointXml.write(checkpoint))).isEqualTo(checkpoint);
    }

    @Test
    void doesNotWriteACheckpointWithoutDisksSinceItWouldBeOneOfAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CheckpointXml.write(new CheckpointDefinition("c.0", Optional.empty(), List.of())));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "<domaincheckpoint/>", "<domain><name>c</name></domain>", "<domaincheckpoint><name>c</name>",
        "<domaincheckpoint><name>c</name><disks><disk checkpoint='bitmap'/></disks></domaincheckpoint>"})
    void refusesWhatIsNoCheckpoint(String xml) {
        assertThatThrownBy(() -> CheckpointDefinition.parse(xml)).isInstanceOf(LibvirtCallException.class)
                .hasMessageStartingWith("not the XML of a <domaincheckpoint>: ");
    }
}
