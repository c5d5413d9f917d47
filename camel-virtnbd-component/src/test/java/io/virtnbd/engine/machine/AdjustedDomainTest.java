/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.ChainException;
import io.virtnbd.libvirt.XmlDocument;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.store.DirectoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class AdjustedDomainTest {

    private static final String UUID = "6f1d1c4e-2f3a-4b5c-8d6e-7f8091a2b3c4";
    private static final RestorePoint POINT = new RestorePoint("virtnbd.4", "2026-11-22T10:08:00.000000", List.of("virtnbd.4"));

    @TempDir
    private Path directory;
    private Path set;
    private final Map<String, RestoredDisk> disks = new LinkedHashMap<>();

    @BeforeEach
    void write() throws IOException {
        set = Files.createDirectory(directory.resolve("set"));
        for (String name : List.of("CODE.fd", "web1_VARS.fd", "vmlinuz")) {
            Files.writeString(set.resolve(name + ".virtnbd.4"), name);
        }
        Files.writeString(set.resolve("vmconfig.virtnbd.4.xml"), web1());
        disks.put("vda", RestoredDisk.image(images().resolve("vda.raw"), "raw"));
        disks.put("vdb", RestoredDisk.image(images().resolve("vdb.qcow2"), "qcow2"));
        disks.put("sda", RestoredDisk.image(images().resolve("sda.raw"), "raw"));
    }

    private static String web1() throws IOException {
        try (InputStream xml = AdjustedDomainTest.class.getResourceAsStream("/machine/web1.xml")) {
            return new String(xml.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Path images() {
        return directory.resolve("images");
    }

    private static MachineOptions options(String newName, String newUuid, MissingDiskPolicy missing) {
        return new MachineOptions(false, Optional.ofNullable(newName), Optional.ofNullable(newUuid), false, false, missing);
    }

    private AdjustedDomain adjusted(MachineOptions options) throws IOException {
        return AdjustedDomain.of(new DirectoryStore(set), POINT, disks, options);
    }

    private static Element parsed(AdjustedDomain domain) throws IOException {
        return XmlDocument.parse(domain.xml(), "domain");
    }

    private static Element disk(AdjustedDomain domain, String target) throws IOException {
        return Xml.devices(parsed(domain), "disk").stream()
                .filter(disk -> Xml.child(disk, "target").orElseThrow().getAttribute("dev").equals(target)).findFirst()
                .orElseThrow();
    }

    @Test
    void isTheSameDomainWithOtherImages() throws Exception {
        AdjustedDomain domain = adjusted(MachineOptions.DEFAULT);

        assertThat(domain.identity()).isEqualTo(new Identity("web1", "web1", UUID));
        assertThat(domain.xml()).doesNotContain("id=\"7\"").contains("<name>web1</name>", "<uuid>" + UUID + "</uuid>",
                "<entry name=\"uuid\">" + UUID + "</entry>", "52:54:00:aa:bb:cc", "Web &amp; shop");
        assertThat(XmlDocument.write(disk(domain, "vda"))).contains("type=\"raw\"", "discard=\"unmap\"", "cache=\"none\"",
                "<source file=\"" + images().resolve("vda.raw") + "\" startupPolicy=\"requisite\">", "<seclabel",
                "<iotune>", "<boot order=\"1\"/>", "bus=\"0x04\"", "disk-one")
                .doesNotContain("backingStore", "mirror", "metadata_cache", "index", "slices", "alias");
        assertThat(XmlDocument.write(disk(domain, "vdb"))).contains("<disk device=\"disk\" type=\"file\">", "type=\"qcow2\"",
                "<source file=\"" + images().resolve("vdb.qcow2") + "\"/>", "ua-data").doesNotContain("auth", "encryption", "host");
        assertThat(XmlDocument.write(disk(domain, "sda"))).contains("<disk device=\"disk\" type=\"file\">")
                .doesNotContain("rawio");
        assertThat(Xml.child(disk(domain, "sdb"), "source")).isEmpty();
        assertThat(domain.warnings()).anyMatch(warning -> warning.contains("vdb was encrypted"))
                .anyMatch(warning -> warning.contains("sda was a LUN")).anyMatch(warning -> warning.contains("install.iso"));
    }

    @Test
    void leavesOutWhatTheDomainWasWhenItRan() throws Exception {
        String xml = adjusted(MachineOptions.DEFAULT).xml();

        assertThat(xml).doesNotContain("urn:io.virtnbd", "dynamic", "64055", "/dev/pts", "state=\"connected\"", "domain-7-web1",
                "channel0").contains("libosinfo:os", "http://libosinfo.org/xmlns/libvirt/domain/1.0");
    }

    @Test
    void keepsWhatItDoesNotKnow() throws Exception {
        assertThat(adjusted(MachineOptions.DEFAULT).xml()).contains("<future option=\"kept\"/>", "<hostdev", "bus=\"0x65\"",
                "xmlns:qemu=\"http://libvirt.org/schemas/domain/qemu/1.0\"", "<qemu:arg value=\"-snapshot-hint\"/>",
                "<vmcoreinfo state=\"on\"/>", "autoport=\"yes\"");
    }

    @Test
    void tellsTheGuestThatTimeHasGoneBack() throws Exception {
        assertThat(adjusted(MachineOptions.DEFAULT).xml()).contains("<genid>").doesNotContain("43dc0cf8");
    }

    @Test
    void canStandBesideTheOriginalUnderAnotherName() throws Exception {
        AdjustedDomain domain = adjusted(options("web2", null, MissingDiskPolicy.FAIL));

        assertThat(domain.identity().uuid()).isNotEqualTo(UUID);
        assertThat(domain.xml()).contains("<name>web2</name>", "<uuid>" + domain.identity().uuid() + "</uuid>",
                "<entry name=\"uuid\">" + domain.identity().uuid() + "</entry>", "/old/run/web2.socket",
                "/old/log/console.log.web2", images().resolve("web2_VARS.fd").toString())
                .doesNotContain(UUID, "52:54:00", "vnet3", "spice.sock", "web1.socket");
    }

    @Test
    void hasTheUuidThatIsAskedFor() throws Exception {
        String own = "11111111-2222-3333-4444-555555555555";
        assertThat(adjusted(options(null, own, MissingDiskPolicy.FAIL)).xml()).contains("<uuid>" + own + "</uuid>",
                "<entry name=\"uuid\">" + own, "52:54:00:aa:bb:cc");
        assertThat(adjusted(options(null, "new", MissingDiskPolicy.FAIL)).xml()).doesNotContain(UUID);
        assertThatThrownBy(() -> options(null, "web1", MissingDiskPolicy.FAIL)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("web1").hasMessageContaining("expected new or a UUID");
    }

    @Test
    void putsBootFilesBesideTheImagesThatAreNotOnThisHost() throws Exception {
        Path kernel = Files.writeString(directory.resolve("vmlinuz"), "of this host");
        Files.writeString(set.resolve("vmconfig.virtnbd.4.xml"), web1().replace("/old/vmlinuz", kernel.toString()));

        AdjustedDomain domain = adjusted(MachineOptions.DEFAULT);

        assertThat(domain.copies()).extracting(FileCopy::target)
                .containsExactly(images().resolve("CODE.fd"), images().resolve("web1_VARS.fd"));
        assertThat(domain.xml()).contains("<kernel>" + kernel + "</kernel>",
                "<loader readonly=\"yes\" type=\"pflash\">" + images().resolve("CODE.fd"),
                "<nvram>" + images().resolve("web1_VARS.fd") + "</nvram>");
        Files.createDirectory(images());
        for (FileCopy copy : domain.copies()) {
            copy.make(false);
            assertThat(copy.target()).hasContent(copy.target().getFileName().toString());
            assertThatThrownBy(() -> copy.make(false)).hasMessageContaining(copy.target().toString());
        }
    }

    @Test
    void letsLibvirtMakeVariablesThatAreNotInTheBackup() throws Exception {
        Files.delete(set.resolve("web1_VARS.fd.virtnbd.4"));

        assertThat(adjusted(options("web2", null, MissingDiskPolicy.FAIL)).xml()).contains("<nvram/>");
        assertThat(adjusted(MachineOptions.DEFAULT).xml()).contains("<nvram>/old/nvram/web1_VARS.fd</nvram>");
    }

    @Test
    void disksThatWereNotRestoredAreRefusedRemovedOrKept() throws Exception {
        disks.remove("vdb");
        disks.remove("sda");

        assertThatThrownBy(() -> adjusted(MachineOptions.DEFAULT)).isInstanceOf(MachineException.class)
                .hasMessageContaining("vdb, sda").hasMessageContaining("missingDisks=remove");
        assertThat(adjusted(options(null, null, MissingDiskPolicy.REMOVE)).xml()).doesNotContain("vdb", "sda")
                .contains("vda", "sdb");
        assertThat(adjusted(options(null, null, MissingDiskPolicy.KEEP)).xml()).contains("oldpool/image", "/dev/old/lun",
                "old-luks");
    }

    @Test
    void aDiskThatTheDomainHadNoMoreIsNotPutInAgain() throws Exception {
        disks.put("vdz", RestoredDisk.image(images().resolve("vdz.raw"), "raw"));

        AdjustedDomain domain = adjusted(MachineOptions.DEFAULT);

        assertThat(domain.xml()).doesNotContain("vdz");
        assertThat(domain.warnings()).anyMatch(warning -> warning.contains("vdz"));
    }

    @Test
    void disksCanBeDevicesAndExports() throws Exception {
        disks.put("vda", RestoredDisk.device(Path.of("/dev/vg/web1"), "raw"));
        disks.put("vdb", RestoredDisk.export(NbdUri.tcp("10.0.0.1", 10810, "data")));
        disks.put("sda", RestoredDisk.export(NbdUri.unix(Path.of("/run/nbd.sock"), "")));
        Files.writeString(set.resolve("vmconfig.virtnbd.4.xml"), web1().replaceAll("<(loader|nvram|kernel).*\n", ""));
        AdjustedDomain domain = adjusted(MachineOptions.DEFAULT);

        assertThat(XmlDocument.write(disk(domain, "vda"))).contains("type=\"block\"", "<source dev=\"/dev/vg/web1\"");
        assertThat(XmlDocument.write(disk(domain, "vdb"))).contains("type=\"network\"",
                "<source name=\"data\" protocol=\"nbd\"><host name=\"10.0.0.1\" port=\"10810\"/></source>");
        assertThat(XmlDocument.write(disk(domain, "sda"))).contains("<source protocol=\"nbd\">",
                "<host socket=\"/run/nbd.sock\" transport=\"unix\"/>");
    }

    @Test
    void variablesNeedAPlace() {
        disks.replaceAll((target, disk) -> RestoredDisk.device(Path.of("/dev/vg", target), "raw"));

        assertThatThrownBy(() -> adjusted(MachineOptions.DEFAULT)).isInstanceOf(MachineException.class)
                .hasMessageContaining("expected an image among the targets");
    }

    @Test
    void aBackupWithoutADefinitionIsRefused() throws Exception {
        Files.move(set.resolve("vmconfig.virtnbd.4.xml"), set.resolve("vmconfig.virtnbd.3.xml"));

        assertThatThrownBy(() -> adjusted(MachineOptions.DEFAULT)).isInstanceOf(ChainException.class)
                .hasMessageContaining("vmconfig.virtnbd.4.xml").hasMessageContaining("vmconfig.virtnbd.3.xml");
    }

    @Test
    void documentTypesAreRefused() throws Exception {
        Files.writeString(set.resolve("vmconfig.virtnbd.4.xml"),
                "<!DOCTYPE domain [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><domain><name>&e;</name></domain>");

        assertThatThrownBy(() -> adjusted(MachineOptions.DEFAULT)).isInstanceOf(MachineException.class)
                .hasMessageContaining("DOCTYPE");
    }

    @Test
    void differentialsAndCopiesOfVirtnbdbackupHaveOtherNames() throws Exception {
        Path theirs = Files.createDirectory(directory.resolve("theirs"));
        Files.writeString(theirs.resolve("vmconfig.1795785051.xml"), web1());
        Files.writeString(theirs.resolve("web1_VARS.fd.1795785051"), "of the differential");
        RestorePoint differential = new RestorePoint("virtnbdbackup.2", "", List.of("1795785051", "virtnbdbackup.2"));
        assertThat(AdjustedDomain.of(new DirectoryStore(theirs), differential, disks, MachineOptions.DEFAULT).copies())
                .extracting(copy -> copy.file().name()).containsExactly("web1_VARS.fd.1795785051");

        Files.writeString(theirs.resolve("vmconfig.copy.xml"), web1());
        Files.writeString(theirs.resolve("web1_VARS.fd"), "of the copy");
        RestorePoint copied = new RestorePoint("virtnbdbackup.0", "", List.of("virtnbdbackup.0", "copy"));
        assertThat(AdjustedDomain.of(new DirectoryStore(theirs), copied, disks, MachineOptions.DEFAULT).copies())
                .extracting(copy -> copy.file().name()).containsExactly("web1_VARS.fd");
    }

    /** Disks of any kind in any order, restored: the result parses, and names nothing of before. */
    @Test
    void noPathOfBeforeIsLeft() throws Exception {
        long seed = new SplittableRandom().nextLong();
        System.out.println("disks: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> sources = List.of("type='file'><source file='/old/N' index='1'/>",
                "type='block'><source dev='/old/N'/><backingStore type='file'><source file='/old/b'/></backingStore>",
                "type='network'><source protocol='iscsi' name='/old/N'><host name='old'/><auth username='old'/></source>",
                "type='volume'><source pool='old' volume='N'/><encryption format='luks'/>",
                "type='nvme'><source type='pci' namespace='1'><address bus='0x01' note='/old/'/></source>",
                "type='vhostuser'><source type='unix' path='/old/N'/>", "type='dir'>");
        for (int round = 0; round < 200; round++) {
            List<String> elements = new ArrayList<>();
            disks.clear();
            for (int i = 0; i < random.nextInt(1, 8); i++) {
                String target = "vd" + (char) ('a' + i);
                disks.put(target, switch (random.nextInt(3)) {
                    case 0 -> RestoredDisk.image(images().resolve(target), random.nextBoolean() ? "qcow2" : "raw");
                    case 1 -> RestoredDisk.device(Path.of("/dev", target), "raw");
                    default -> RestoredDisk.export(NbdUri.tcp("localhost", 10809, target));
                });
                elements.add("<disk device='" + (random.nextBoolean() ? "disk" : "lun") + "' "
                        + sources.get(random.nextInt(sources.size())).replace("N", target)
                        + "<target dev='" + target + "'/></disk>");
            }
            Files.writeString(set.resolve("vmconfig.virtnbd.4.xml"), "<domain><name>web1</name><devices>"
                    + String.join("", elements) + "</devices></domain>");

            AdjustedDomain domain = adjusted(MachineOptions.DEFAULT);

            assertThat(domain.xml()).doesNotContain("/old", "'old'", "\"old\"");
            assertThat(Xml.devices(parsed(domain), "disk")).hasSize(disks.size()).allSatisfy(disk -> {
                assertThat(disk.getAttribute("type")).isIn("file", "block", "network");
                assertThat(Xml.children(disk, "source")).hasSize(1);
                assertThat(Xml.child(disk, "driver").orElseThrow().getAttribute("type")).isIn("raw", "qcow2");
            });
        }
    }
}
