/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainMember;
import io.virtnbd.chain.Level;
import io.virtnbd.engine.machine.FakeHost.FakeMachine;
import io.virtnbd.libvirt.LibvirtCallException;
import io.virtnbd.libvirt.LibvirtCallException.Kind;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DomainRestoreTest {

    private static final String UUID = "6f1d1c4e-2f3a-4b5c-8d6e-7f8091a2b3c4";
    private static final String OTHER = "11111111-2222-3333-4444-555555555555";

    @TempDir
    private Path directory;
    private Path variables;
    private final FakeHost host = new FakeHost();

    @BeforeEach
    void write() throws IOException {
        variables = directory.resolve("images/web1_VARS.fd");
        Files.createDirectories(variables.getParent());
        Files.writeString(directory.resolve("vmconfig.virtnbd.0.xml"), xml("web1", UUID, "/old/vda.qcow2"));
        Files.writeString(directory.resolve("web1_VARS.fd.virtnbd.0"), "variables");
    }

    private static String xml(String name, String uuid, String image) {
        return ("<domain type='qemu'><name>%s</name><uuid>%s</uuid><os><nvram>/old/web1_VARS.fd</nvram></os><devices>"
                + "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%s'/>"
                + "<target dev='vda'/></disk></devices></domain>").formatted(name, uuid, image);
    }

    private FakeMachine existing(String name, String uuid) throws LibvirtCallException {
        host.define(xml(name, uuid, "/existing.qcow2"), false);
        FakeMachine machine = host.named(name);
        machine.checkpoints.put("virtnbd.0", "<domaincheckpoint/>");
        host.calls.clear();
        return machine;
    }

    private static MachineOptions options(boolean start, String newName, boolean overwriteDomain, boolean overwriteFiles) {
        return new MachineOptions(start, Optional.ofNullable(newName), Optional.empty(), overwriteDomain, overwriteFiles,
                MissingDiskPolicy.FAIL);
    }

    private DomainRestore check(MachineOptions options) throws IOException {
        DirectoryStore set = new DirectoryStore(directory);
        StreamMetadata metadata = new StreamMetadata(0, 0, "2026-11-22T10:08:00.000000", "vda", "qcow2", "virtnbd.0", false,
                OptionalInt.empty(), "lz4", "", false, 2, OptionalInt.empty(), OptionalInt.empty(), "", Map.of());
        Chain chain = new Chain("vda", List.of(new ChainMember(new StoredFile(set, "vda.full.data", 0), metadata, Level.FULL)));
        return DomainRestore.check(host, set, List.of(chain),
                Map.of("vda", RestoredDisk.image(variables.resolveSibling("vda.qcow2"), "qcow2")), options);
    }

    @Test
    void definesTheDomainWithItsVariables() throws Exception {
        DefinedDomain defined = check(MachineOptions.DEFAULT).define(host);

        assertThat(defined).isEqualTo(new DefinedDomain("web1", UUID, false));
        assertThat(host.calls).containsExactly("define web1");
        assertThat(host.named("web1").xml).contains(variables.toString()).doesNotContain("/old");
        assertThat(variables).hasContent("variables");
    }

    @Test
    void startsTheDomain() throws Exception {
        assertThat(check(options(true, null, false, false)).define(host).started()).isTrue();
        assertThat(host.calls).containsExactly("define web1", "start web1");
    }

    @Test
    void aDomainThatDoesNotStartStaysDefined() throws Exception {
        host.startFailure = new LibvirtCallException(Kind.OTHER, "no such host device", null);
        DomainRestore restore = check(options(true, null, false, false));

        assertThatThrownBy(() -> restore.define(host)).isInstanceOf(MachineException.class)
                .hasMessageContaining("restored and defined").hasMessageContaining("no such host device");
        assertThat(host.named("web1")).isNotNull();
        assertThat(variables).exists();
    }

    @Test
    void anExistingDomainIsRefusedBeforeAnythingIsRestored() throws Exception {
        existing("web1", OTHER);
        assertThatThrownBy(() -> check(MachineOptions.DEFAULT)).isInstanceOf(MachineException.class)
                .hasMessageContaining(OTHER).hasMessageContaining("overwriteDomain=true");
        host.machines.clear();
        existing("renamed", UUID);
        assertThatThrownBy(() -> check(MachineOptions.DEFAULT)).isInstanceOf(MachineException.class)
                .hasMessageContaining("renamed");
        assertThat(host.calls).isEmpty();
        assertThat(check(options(false, "web2", false, false)).define(host).name()).isEqualTo("web2");
        assertThat(host.domainNames()).containsExactly("renamed", "web2");
    }

    @Test
    void aRunningDomainIsNeverReplaced() throws Exception {
        existing("web1", UUID).active = true;

        assertThatThrownBy(() -> check(options(false, null, true, true))).isInstanceOf(MachineException.class)
                .hasMessageContaining("running").hasMessageContaining("newName");
    }

    @Test
    void oneThatStartedMeanwhileIsNotReplacedEither() throws Exception {
        FakeMachine machine = existing("web1", UUID);
        DomainRestore restore = check(options(false, null, true, false));
        machine.active = true;

        assertThatThrownBy(() -> restore.define(host)).isInstanceOf(MachineException.class).hasMessageContaining("running");
        assertThat(machine.xml).contains("/existing.qcow2");
        assertThat(variables).doesNotExist();
    }

    @Test
    void replacesADomainWithAllThatIsKnownOfIt() throws Exception {
        existing("web1", UUID);

        check(options(false, null, true, false)).define(host);

        assertThat(host.machines).hasSize(1);
        assertThat(host.named("web1").xml).doesNotContain("/existing.qcow2");
        assertThat(host.named("web1").checkpoints).isEmpty();
    }

    @Test
    void replacesOneThatHasTheNameAndAnotherThatHasTheUuid() throws Exception {
        existing("web1", OTHER);
        existing("renamed", UUID);

        check(options(false, null, true, false)).define(host);

        assertThat(host.machines.keySet()).containsExactly(UUID);
        assertThat(host.named("web1").uuid).isEqualTo(UUID);
    }

    @Test
    void whatLibvirtDoesNotAcceptReplacesNothing() throws Exception {
        FakeMachine machine = existing("web1", UUID);
        host.refusal = (xml, validate) -> {
            throw new LibvirtCallException(Kind.OTHER, "unsupported machine type", null);
        };
        DomainRestore restore = check(options(false, null, true, false));

        assertThatThrownBy(() -> restore.define(host)).isInstanceOf(MachineException.class)
                .hasMessageContaining("unsupported machine type").hasMessageContaining("its disks are restored");
        assertThat(host.named("web1")).isSameAs(machine);
        assertThat(host.calls).noneMatch(call -> call.startsWith("undefine"));
        assertThat(variables).doesNotExist();
    }

    @Test
    void whatWasToBeReplacedIsPutBack() throws Exception {
        existing("web1", UUID);
        host.refusal = (xml, validate) -> {
            if (xml.contains("<name>web1</name>") && !xml.contains("/existing.qcow2")) {
                throw new LibvirtCallException(Kind.OTHER, "refused", null);
            }
        };
        DomainRestore restore = check(options(false, null, true, false));

        assertThatThrownBy(() -> restore.define(host)).isInstanceOf(MachineException.class).hasMessageContaining("refused");
        assertThat(host.machines.keySet()).containsExactly(UUID);
        assertThat(host.named("web1").xml).contains("/existing.qcow2");
        assertThat(host.named("web1").checkpoints).containsValue("<domaincheckpoint/>");
    }

    @Test
    void whatTheSchemaDoesNotKnowIsDefinedAsFarAsItIsKnown() throws Exception {
        host.refusal = (xml, validate) -> {
            if (validate) {
                throw new LibvirtCallException(Kind.INVALID_SCHEMA, "element future", null);
            }
        };
        check(MachineOptions.DEFAULT).define(host);

        assertThat(host.calls).containsExactly("define web1", "define web1");
        assertThat(host.named("web1")).isNotNull();
    }

    @Test
    void variablesThatAreThereAreNotReplacedUnlessAskedFor() throws Exception {
        Files.writeString(variables, "of another domain");

        assertThatThrownBy(() -> check(MachineOptions.DEFAULT)).isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(variables.toString());
        check(options(false, null, false, true)).define(host);
        assertThat(variables).hasContent("variables");
    }
}
