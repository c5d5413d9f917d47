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
import io.virtnbd.testing.Tool;
import io.virtnbd.testing.Virsh;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections to the real daemon. */
@RequiresTools({"virsh", "libvirtd", "virtlogd", "qemu-img", "qemu-system-x86_64"})
class LibvirtConnectionIT {

    @TempDir
    Path directory;

    @Test
    void aDaemonThatIsNotThereIsAConnectionFailure() {
        LibvirtOptions options = LibvirtOptions.of("qemu+unix:///system?socket=" + directory + "/no");
        assertFails(Kind.CONNECTION, () -> Libvirt.connect(options))
                .hasMessageContaining("qemu+unix:///system?socket=").hasMessageContaining("virConnectOpenAuth")
                .hasMessageContaining("Failed to connect socket");
        assertFails(Kind.CONNECTION, () -> Libvirt.connect(LibvirtOptions.of("qemu+tcp://127.0.0.1:1/system")));
    }

    @Test
    void aUriThatMakesNoSenseIsAConnectionFailure() {
        assertFails(Kind.CONNECTION, () -> Libvirt.connect(LibvirtOptions.of("nonsense")));
        assertFails(Kind.CONNECTION, () -> Libvirt.connect(LibvirtOptions.of("qemu+nonsense:///system")));
    }

    @Test
    void sshAsksForNothing() throws Exception {
        Path arguments = directory.resolve("arguments");
        Path ssh = Files.writeString(directory.resolve("ssh"), "#!/bin/sh\necho \"$@\" >" + arguments + "\nexit 255\n");
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertFails(Kind.CONNECTION,
                () -> Libvirt.connect(LibvirtOptions.of("qemu+ssh://root@host.invalid/system?command=" + ssh)));
        assertThat(Files.readString(arguments)).contains("BatchMode=yes");
    }

    @Test
    void findsADomainByItsNameAndByItsUuid() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define(); LibvirtConnection connection = connect()) {
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(domain.name()).isEqualTo(vm.name());
            assertThat(domain.uuid()).isEqualTo(vm.virsh("domuuid").strip());
            assertThat(connection.domain(domain.uuid()).name()).isEqualTo(vm.name());
            assertThat(connection.domain(domain.uuid().replace("-", "").toUpperCase()).name()).isEqualTo(vm.name());
            assertThat(connection.domainNames()).contains(vm.name()).isSorted();
        }
    }

    @Test
    void aDomainThatIsNotThereIsToldApart() throws Exception {
        try (LibvirtConnection connection = connect()) {
            assertFails(Kind.NO_DOMAIN, () -> connection.domain("virtnbd-no-such-domain"))
                    .hasMessageStartingWith("qemu:///system: virDomainLookupByName: ")
                    .hasMessageContaining("virtnbd-no-such-domain");
            assertFails(Kind.NO_DOMAIN, () -> connection.domain("4dea22b3-1d52-d8f3-2516-782e98ab3fa0"));
        }
    }

    @Test
    void aConnectionThatWasClosedRefusesCallsWithATypedError() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define()) {
            LibvirtConnection connection = connect();
            LibvirtDomain domain = connection.domain(vm.name());
            assertThat(connection.isAlive()).isTrue();
            connection.close();
            connection.close();
            assertThat(connection.isAlive()).isFalse();
            assertFails(Kind.CONNECTION, domain::xml).hasMessage("qemu:///system: the connection was closed");
            assertFails(Kind.CONNECTION, connection::domainNames);
            assertThat(domain.name()).isEqualTo(vm.name());
        }
    }

    @Test
    @SuppressWarnings("try")
    void severalThreadsUseOneConnectionAndOneOfThemClosesIt() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(1 << 20).define().start()) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            CountDownLatch underWay = new CountDownLatch(8);
            try (LibvirtConnection connection = connect()) {
                LibvirtDomain domain = connection.domain(vm.name());
                List<Future<Integer>> calls = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    calls.add(threads.submit(() -> callUntilClosed(connection, domain, underWay)));
                }
                assertThat(underWay.await(60, TimeUnit.SECONDS)).isTrue();
                connection.close();
                for (Future<Integer> call : calls) {
                    assertThat(call.get(60, TimeUnit.SECONDS)).isPositive();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** @param underWay counted down when all calls were made once */
    private static int callUntilClosed(LibvirtConnection connection, LibvirtDomain domain, CountDownLatch underWay)
            throws Exception {
        for (int calls = 0;; calls++) {
            try {
                assertThat(domain.xml()).contains(domain.uuid());
                assertThat(domain.checkpoints()).isEmpty();
                assertThat(domain.metadata("urn:virtnbd:none")).isEmpty();
                assertThat(connection.domain(domain.uuid()).uuid()).isEqualTo(domain.uuid());
                if (calls == 0) {
                    underWay.countDown();
                }
            } catch (LibvirtCallException e) {
                assertThat(e).hasMessageContaining("the connection was closed");
                return calls;
            }
        }
    }

    @Test
    void aDaemonThatWasRestartedIsAConnectionFailureAndTheJobGoesOn() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(4 << 20).define().start();
                LibvirtConnection connection = connect()) {
            LibvirtDomain domain = connection.domain(vm.name());
            BackupJob job = new BackupJob(new BackupServer.Unix(directory + "/nbd.sock"),
                    List.of(new BackupJobDisk("vda", Optional.empty(), "vda", Optional.empty(), directory + "/scratch")));
            domain.beginBackup(job, new CheckpointDefinition("c.0", Optional.empty(), List.of("vda")));

            LibvirtDaemons.restart();

            assertFails(Kind.CONNECTION, domain::xml).hasMessageContaining(vm.name()).hasMessageContaining(Virsh.URI);
            assertFails(Kind.CONNECTION, connection::domainNames);
            assertThat(connection.isAlive()).isFalse();
            try (LibvirtConnection again = connect()) {
                LibvirtDomain sameDomain = again.domain(vm.name());
                assertThat(sameDomain.backupJob()).contains(job);
                assertThat(sameDomain.hasJob()).isTrue();
                assertThat(sameDomain.checkpoints()).containsExactly("c.0");
                sameDomain.abortJob();
                assertThat(sameDomain.backupJob()).isEmpty();
            }
        }
    }

    @Test
    void libvirtPrintsNothing() {
        LibvirtDaemons.ensureRunning();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        assertThat(Tool.run(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath,
                FailingCalls.class.getName(), directory.toString())).isEqualTo("3 failures\n");
    }

    private static LibvirtConnection connect() throws LibvirtCallException {
        LibvirtDaemons.ensureRunning();
        return Libvirt.connect(LibvirtOptions.of(Virsh.URI));
    }

    /** A process of its own, since the library prints past {@link System#err}. */
    static final class FailingCalls {

        private FailingCalls() {
        }

        public static void main(String[] arguments) throws LibvirtCallException {
            int failures = 0;
            try {
                Libvirt.connect(LibvirtOptions.of("qemu+unix:///system?socket=" + arguments[0] + "/no"));
            } catch (LibvirtCallException e) {
                failures++;
            }
            try (LibvirtConnection connection = Libvirt.connect(LibvirtOptions.of(Virsh.URI))) {
                for (int i = 0; i < 2; i++) {
                    try {
                        connection.domain("virtnbd-no-such-domain");
                    } catch (LibvirtCallException e) {
                        failures++;
                    }
                }
            }
            System.out.println(failures + " failures");
        }
    }
}
