/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tests with real domains stand on. */
@RequiresTools({"virsh", "libvirtd", "virtlogd", "qemu-img", "qemu-system-x86_64"})
class TestDomainIT {

    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void theGuestsRequestsAreInASnapshotOfTheContent() throws Exception {
        try (TestDomain vm = new TestDomain(directory).qcow2(4 * MIB).raw(2 * MIB).define().start()) {
            vm.guest(io -> io.write("vda", 0xab, MIB, MIB).write("vdb", 0x11, 512, 512).zero("vda", MIB, 64 << 10, true)
                    .discard("vda", 2 * MIB - (64 << 10), 64 << 10).verify("vda", 0xab, MIB + (64 << 10), MIB - (128 << 10)));
            byte[] expected = new byte[4 * MIB];
            Arrays.fill(expected, MIB + (64 << 10), 2 * MIB - (64 << 10), (byte) 0xab);
            assertThat(Files.readAllBytes(vm.snapshotContent("vda", directory.resolve("vda")))).isEqualTo(expected);
            byte[] raw = Files.readAllBytes(vm.snapshotContent("vdb", directory.resolve("vdb")));
            assertThat(raw).hasSize(2 * MIB);
            assertThat(raw[511]).isZero();
            assertThat(raw[512]).isEqualTo((byte) 0x11);

            vm.destroy();
            assertThat(Files.readAllBytes(vm.snapshotContent("vda", directory.resolve("off")))).isEqualTo(expected);
        }
    }

    @Test
    void aRequestThatFailsIsNotMissed() {
        try (TestDomain vm = new TestDomain(directory).qcow2(MIB).define().start()) {
            assertThatThrownBy(() -> vm.guestWrite("vda", 1, MIB, 512)).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("write failed");
            assertThatThrownBy(() -> vm.guestDiscard("vda", MIB, 512)).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("discard failed");
            assertThatThrownBy(() -> vm.guestVerify("vda", 1, 0, 512)).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Pattern verification failed");
            vm.guestVerify("vda", 0, 0, MIB);
        }
    }

    @Test
    void manyRequestsRunTogether() {
        try (TestDomain vm = new TestDomain(directory).qcow2(MIB).define().start()) {
            vm.guest(io -> {
                for (int i = 0; i < 400; i++) {
                    io.write("vda", i & 0xff, i * 512L, 512);
                }
                for (int i = 0; i < 400; i++) {
                    io.verify("vda", i & 0xff, i * 512L, 512);
                }
            });
        }
    }

    @Test
    void nothingRemains() {
        TestDomain vm = new TestDomain(directory).qcow2(MIB).define().start();
        vm.hotplug("qcow2", MIB);
        vm.close();
        assertThat(Virsh.run("list", "--all", "--name")).doesNotContain(vm.name());
        assertThat(vm.image("vda")).doesNotExist();
        assertThat(vm.image("vdb")).doesNotExist();
        vm.close();
    }
}
