/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainDefinitionTest {

    private static final String UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";

    @Test
    void readsADomainWithDisksOfEveryKind() throws Exception {
        DomainDefinition domain = DomainDefinition.parse("""
                <?xml version="1.0" encoding="UTF-8"?>
                <domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
                  <name>web-1 &amp; db</name>
                  <uuid>4DEA22B3-1d52-d8f3-2516-782e98ab3fa0</uuid>
                  <metadata><x:disk xmlns:x="urn:x"><name>not the name</name></x:disk></metadata>
                  <os>
                    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
                    <boot dev='hd'/>
                  </os>
                  <devices>
                    <emulator>/usr/bin/qemu-system-x86_64</emulator>
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='qcow2' cache='none' discard='unmap'/>
                      <source file='/images/a b.qcow2' index='3'/>
                      <backingStore type='file'><format type='qcow2'/><source file='/images/base.qcow2'/></backingStore>
                      <target dev='vda' bus='virtio'/>
                      <alias name='virtio-disk0'/>
                    </disk>
                    <disk type='block' device='disk'>
                      <driver name='qemu' type='raw'/>
                      <source dev='/dev/vg/lv'/>
                      <target dev='vdb' bus='virtio'/>
                    </disk>
                    <disk type='network' device='disk'>
                      <driver name='qemu' type='raw'/>
                      <auth username='libvirt'><secret type='ceph' usage='pool'/></auth>
                      <source protocol='rbd' name='pool/image'><host name='mon1' port='6789'/></source>
                      <target dev='vdc' bus='virtio'/>
                    </disk>
                    <disk type='volume' device='disk'>
                      <driver name='qemu' type='qcow2'/>
                      <source pool='default' volume='data.qcow2'/>
                      <target dev='vdd' bus='virtio'/>
                    </disk>
                    <disk type='block' device='lun' rawio='yes'>
                      <source dev='/dev/sdb'/>
                      <target dev='sda' bus='scsi'/>
                    </disk>
                    <disk type='file' device='cdrom'>
                      <driver name='qemu'/>
                      <target dev='sdb' bus='sata'/>
                      <readonly/>
                    </disk>
                    <disk device='floppy'><target dev='fda'/></disk>
                    <disk type='file'>
                      <driver name='qemu' type='qcow2'/>
                      <source file='/images/shared.qcow2'/>
                      <target dev='vde' bus='virtio'/>
                      <readonly/>
                    </disk>
                  </devices>
                </domain>
                """);

        assertThat(domain.name()).isEqualTo("web-1 & db");
        assertThat(domain.uuid()).isEqualTo(UUID);
        assertThat(domain.disks()).containsExactly(
                new DomainDisk("vda", "disk", "file", "qcow2", Optional.of("/images/a b.qcow2"), false),
                new DomainDisk("vdb", "disk", "block", "raw", Optional.of("/dev/vg/lv"), false),
                new DomainDisk("vdc", "disk", "network", "raw", Optional.empty(), false),
                new DomainDisk("vdd", "disk", "volume", "qcow2", Optional.empty(), false),
                new DomainDisk("sda", "lun", "block", "raw", Optional.of("/dev/sdb"), false),
                new DomainDisk("sdb", "cdrom", "file", "raw", Optional.empty(), true),
                new DomainDisk("fda", "floppy", "file", "raw", Optional.empty(), false),
                new DomainDisk("vde", "disk", "file", "qcow2", Optional.of("/images/shared.qcow2"), true));
        assertThat(domain.disks()).extracting(DomainDisk::isDisk)
                .containsExactly(true, true, true, true, true, false, false, true);
        assertThat(domain.disks()).extracting(DomainDisk::tracksChanges)
                .containsExactly(true, false, false, true, false, false, false, false);
        assertThat(List.of(domain.loader(), domain.nvram(), domain.kernel(), domain.initrd())).containsOnly(Optional.empty());
        assertThat(domain.agentConnected()).isFalse();
    }

    @Test
    void aDomainWithoutDevicesHasNoDisks() throws Exception {
        assertThat(parse("").disks()).isEmpty();
    }

    @Test
    void findsFirmwareAndItsVariables() throws Exception {
        DomainDefinition domain = parse("""
                <os firmware='efi'>
                  <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
                  <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
                  <nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>
                    /var/lib/libvirt/qemu/nvram/vm_VARS.fd
                  </nvram>
                </os>""");
        assertThat(domain.loader()).hasValue("/usr/share/OVMF/OVMF_CODE_4M.fd");
        assertThat(domain.nvram()).hasValue("/var/lib/libvirt/qemu/nvram/vm_VARS.fd");
    }

    @Test
    void findsVariablesThatAreGivenAsASource() throws Exception {
        assertThat(parse("<os><nvram type='file'><source file='/nvram/vm.fd'/></nvram></os>").nvram()).hasValue("/nvram/vm.fd");
    }

    @Test
    void variablesThatAreNoFileHaveNoPath() throws Exception {
        assertThat(parse("<os><nvram type='network'><source protocol='iscsi' name='x'/></nvram></os>").nvram()).isEmpty();
        assertThat(parse("<os firmware='efi'><nvram template='/t'/></os>").nvram()).isEmpty();
    }

    @Test
    void findsAKernelThatIsStartedDirectly() throws Exception {
        DomainDefinition domain = parse("<os><kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd.img</initrd>"
                + "<cmdline>root=/dev/vda</cmdline></os>");
        assertThat(domain.kernel()).hasValue("/boot/vmlinuz");
        assertThat(domain.initrd()).hasValue("/boot/initrd.img");
    }

    @Test
    void tellsWhetherTheGuestAgentIsConnected() throws Exception {
        String channel = "<devices><channel type='unix'><source mode='bind' path='/s'/><target type='virtio' name='%s'%s/>"
                + "</channel></devices>";
        assertThat(parse(channel.formatted("org.qemu.guest_agent.0", " state='connected'")).agentConnected()).isTrue();
        assertThat(parse(channel.formatted("org.qemu.guest_agent.0", " state='disconnected'")).agentConnected()).isFalse();
        assertThat(parse(channel.formatted("org.qemu.guest_agent.0", "")).agentConnected()).isFalse();
        assertThat(parse(channel.formatted("com.redhat.spice.0", " state='connected'")).agentConnected()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "no xml", "<domain>", "<domain/>", "<domain><name>a</name></domain>", "<domain><name/><uuid>1</uuid></domain>",
        "<network><name>a</name><uuid>1</uuid></network>",
        "<domain><name>a</name><uuid>1</uuid><devices><disk/></devices></domain>",
        "<domain><name>&undefined;</name><uuid>1</uuid></domain>"})
    void refusesWhatIsNoDomain(String xml) {
        assertThatThrownBy(() -> DomainDefinition.parse(xml)).isInstanceOf(LibvirtCallException.class)
                .hasMessageStartingWith("not the XML of a <domain>: ");
    }

    @Test
    void doesNotReadFilesForADocument() {
        assertThatThrownBy(() -> DomainDefinition.parse("""
                <!DOCTYPE domain [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
                <domain><name>&secret;</name><uuid>1</uuid></domain>"""))
                .isInstanceOf(LibvirtCallException.class).hasMessageContaining("DOCTYPE");
    }

    private static DomainDefinition parse(String content) throws LibvirtCallException {
        return DomainDefinition.parse("<domain><name>vm</name><uuid>" + UUID + "</uuid>" + content + "</domain>");
    }
}
