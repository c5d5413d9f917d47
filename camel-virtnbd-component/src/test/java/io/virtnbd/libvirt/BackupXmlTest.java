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

class BackupXmlTest {

    private static final BackupJobDisk FULL =
            new BackupJobDisk("vdb", Optional.empty(), "vdb", Optional.empty(), "/scratch/vdb");
    private static final BackupJobDisk INCREMENTAL =
            new BackupJobDisk("vda", Optional.of("c.0"), "export & \"vda\"", Optional.of("changes<vda>"), "/scratch/it's");

    @Test
    void writesWhatLibvirtDocuments() {
        assertThat(BackupXml.write(new BackupJob(new BackupServer.Unix("/run/x.sock"), List.of(FULL)))).isEqualTo(
                "<domainbackup mode=\"pull\"><server transport=\"unix\" socket=\"/run/x.sock\"/><disks>"
                        + "<disk name=\"vdb\" backup=\"yes\" type=\"file\" exportname=\"vdb\" backupmode=\"full\">"
                        + "<scratch file=\"/scratch/vdb\"/></disk></disks></domainbackup>");
    }

    @Test
    void readsWhatItWrote() throws Exception {
        for (BackupServer server : List.of(new BackupServer.Unix("/run/a b.sock"), new BackupServer.Tcp("0.0.0.0", 10809, true),
                new BackupServer.Tcp("::1", 1, false))) {
            BackupJob job = new BackupJob(server, List.of(INCREMENTAL, FULL));
            assertThat(BackupXml.read(BackupXml.write(job))).isEqualTo(job);
        }
    }

    @Test
    void readsWhatLibvirtSays() throws Exception {
        assertThat(BackupXml.read("""
                <domainbackup mode='pull'>
                  <server transport='unix' socket='/run/s1'/>
                  <disks>
                    <disk name='vda' backup='yes' type='file' backupmode='incremental' incremental='c.0' exportname='vda'
                        exportbitmap='bm-vda' index='6'>
                      <driver type='qcow2'/>
                      <scratch file='/scratch/vda'/>
                    </disk>
                    <disk name='vdb' backup='yes' type='block' backupmode='full' exportname='vdb' index='7'>
                      <driver type='qcow2'/>
                      <scratch dev='/dev/scratch'/>
                    </disk>
                    <disk name='vdc' backup='no'/>
                  </disks>
                </domainbackup>
                """)).isEqualTo(new BackupJob(new BackupServer.Unix("/run/s1"), List.of(
                new BackupJobDisk("vda", Optional.of("c.0"), "vda", Optional.of("bm-vda"), "/scratch/vda"),
                new BackupJobDisk("vdb", Optional.empty(), "vdb", Optional.empty(), "/dev/scratch"))));
    }

    @Test
    void readsAJobOfAnotherKind() throws Exception {
        assertThat(BackupXml.read("""
                <domainbackup mode='push'>
                  <disks><disk name='vda' backup='yes' type='file'><target file='/backup/vda'/></disk></disks>
                </domainbackup>
                """)).isEqualTo(new BackupJob(null,
                List.of(new BackupJobDisk("vda", Optional.empty(), "vda", Optional.empty(), null))));
    }

    @Test
    void doesNotWriteAJobWithoutDisksSinceItWouldBeOneOfAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BackupXml.write(new BackupJob(new BackupServer.Unix("/run/x"), List.of())));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "<domainbackup", "<domain/>", "<domainbackup><server transport='tcp' port='many'/></domainbackup>",
        "<domainbackup><disks><disk backup='yes'/></disks></domainbackup>"})
    void refusesWhatIsNoJob(String xml) {
        assertThatThrownBy(() -> BackupXml.read(xml)).isInstanceOf(LibvirtCallException.class)
                .hasMessageStartingWith("not the XML of a <domainbackup>: ");
    }
}
