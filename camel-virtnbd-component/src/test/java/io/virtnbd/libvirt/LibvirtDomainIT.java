/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static io.virtnbd.libvirt.LibvirtAssertions.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.testing.LibvirtDaemons;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Virsh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Definitions, metadata and guest agents of real domains. */
@RequiresTools({"virsh", "libvirtd", "virtlogd", "qemu-img", "qemu-system-x86_64"})
class LibvirtDomainIT {

    private static final String NAMESPACE = "urn:virtnbd:test";
    private static final String AGENT_CHANNEL = "<channel type='unix'>"
            + "<target type='virtio' name='org.qemu.guest_agent.0'/></channel>";
    private static final String GRAPHICS = "<graphics type='vnc' port='-1' autoport='yes' passwd='secret12'/>";

    @TempDir
    Path directory;

    private LibvirtConnection connection;

    @BeforeEach
    void connect() throws Exception {
        LibvirtDaemons.ensureRunning();
        connection = Libvirt.connect(LibvirtOptions.of(Virsh.URI));
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    @Test
    void givesTheDefinitionInForceAndThatOfTheNextStart() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(4 << 20, 8 << 20).raw(1 << 20).devices(GRAPHICS).define()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(domain.isActive()).isFalse();
            assertThat(domain.isPersistent()).isTrue();
            DomainDefinition definition = DomainDefinition.parse(domain.xml());
            assertThat(definition.name()).isEqualTo(vm.name());
            assertThat(definition.uuid()).isEqualTo(domain.uuid());
            assertThat(definition.disks()).containsExactly(
                    new DomainDisk("vda", "disk", "file", "qcow2", Optional.of(vm.image("vda").toString()), false),
                    new DomainDisk("vdb", "disk", "file", "qcow2", Optional.of(vm.image("vdb").toString()), false),
                    new DomainDisk("vdc", "disk", "file", "raw", Optional.of(vm.image("vdc").toString()), false));
            vm.start();
            assertThat(domain.isActive()).isTrue();
            assertThat(domain.xml()).contains("<alias name='virtio-disk0'/>").doesNotContain("secret12");
            assertThat(domain.inactiveXml(false)).doesNotContain("<alias name='virtio-disk0'/>").doesNotContain("secret12");
            assertThat(domain.inactiveXml(true)).contains("secret12");
        }
    }

    @Test
    void knowsTheSizeOfADiskRunningOrNot() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(4 << 20).raw(1 << 20).define()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(domain.capacity("vda")).isEqualTo(4 << 20);
            assertThat(domain.capacity("vdb")).isEqualTo(1 << 20);
            vm.start();
            vm.resize("vda", 8 << 20);
            assertThat(domain.capacity("vda")).isEqualTo(8 << 20).isEqualTo(vm.size("vda"));
            String added = vm.hotplug("qcow2", 2 << 20);
            assertThat(domain.capacity(added)).isEqualTo(2 << 20);
            assertFails(Kind.OTHER, () -> domain.capacity("vdz")).hasMessageContaining("vdz");
        }
    }

    @Test
    void metadataOfADomainThatIsOffAreThereAfterItsStart() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(domain.metadata(NAMESPACE)).isEmpty();
            domain.setMetadata(NAMESPACE, "v", "<state name='\u00fc\u65e5'><a/></state>");
            assertThat(domain.metadata(NAMESPACE)).hasValue("<state name=\"&#xFC;&#x65E5;\">\n  <a/>\n</state>");
            vm.start();
            assertThat(domain.metadata(NAMESPACE).orElseThrow()).contains("&#xFC;&#x65E5;");
        }
    }

    @Test
    void metadataOfARunningDomainOutliveIt() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define().start()) {
            LibvirtDomain domain = connection.domain(vm.name());
            domain.setMetadata(NAMESPACE, "v", "<one/>");
            domain.setMetadata("urn:virtnbd:other", "w", "<other/>");
            domain.setMetadata(NAMESPACE, "v", "<two/>");
            assertThat(domain.metadata(NAMESPACE)).hasValue("<two/>");
            vm.destroy();
            assertThat(domain.metadata(NAMESPACE)).hasValue("<two/>");
            vm.start();
            domain.setMetadata(NAMESPACE, "v", null);
            domain.setMetadata(NAMESPACE, "v", null);
            assertThat(domain.metadata(NAMESPACE)).isEmpty();
            vm.destroy();
            assertThat(domain.metadata(NAMESPACE)).isEmpty();
            assertThat(domain.metadata("urn:virtnbd:other")).hasValue("<other/>");
        }
    }

    @Test
    void aTransientDomainHasMetadataUntilItEnds() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).startTransient()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(domain.isPersistent()).isFalse();
            domain.setMetadata(NAMESPACE, "v", "<one/>");
            assertThat(domain.metadata(NAMESPACE)).hasValue("<one/>");
            vm.destroy();
            assertFails(Kind.NO_DOMAIN, () -> domain.metadata(NAMESPACE)).hasMessageContaining(vm.name());
        }
    }

    @Test
    void callsOfADomainThatIsGoneSayThatItIs() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define()) {
            LibvirtDomain domain = connection.domain(vm.name());
            vm.undefine();
            assertFails(Kind.NO_DOMAIN, domain::xml);
            assertFails(Kind.NO_DOMAIN, domain::isActive);
            assertFails(Kind.NO_DOMAIN, domain::abortJob);
            assertFails(Kind.NO_DOMAIN, domain::checkpoints);
            assertFails(Kind.NO_DOMAIN, () -> domain.agentCommand("{}", Duration.ofSeconds(1)));
        }
    }

    @Test
    void aDomainWithoutAnAgentSaysSo() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define().start()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertFails(Kind.AGENT, () -> domain.agentCommand("{\"execute\":\"guest-ping\"}", Duration.ofSeconds(1)))
                    .hasMessageContaining("QEMU guest agent is not configured");
            vm.destroy();
            assertFails(Kind.OPERATION_INVALID, () -> domain.agentCommand("{}", Duration.ofSeconds(1)));
        }
    }

    @Test
    void anAgentThatIsNotRunningIsAnAgentFailure() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).devices(AGENT_CHANNEL).define().start()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(DomainDefinition.parse(domain.xml()).agentConnected()).isFalse();
            assertFails(Kind.AGENT, () -> domain.agentCommand("{\"execute\":\"guest-ping\"}", Duration.ofMillis(1)))
                    .hasMessageContaining("virDomainQemuAgentCommand");
        }
    }
}
