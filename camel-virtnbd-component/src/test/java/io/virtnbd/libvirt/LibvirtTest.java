/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibvirtTest {

    @ParameterizedTest
    @CsvSource({
        "qemu+ssh://root@host/system, qemu+ssh://root@host/system?no_tty=1",
        "qemu+ssh://host/system?keyfile=/k, qemu+ssh://host/system?keyfile=/k&no_tty=1",
        "qemu+ssh://host/system?no_tty=0, qemu+ssh://host/system?no_tty=0",
        "qemu+ssh://host/system?keyfile=/k&no_tty=1, qemu+ssh://host/system?keyfile=/k&no_tty=1",
        "qemu+tls://host/system, qemu+tls://host/system",
        "qemu:///system, qemu:///system"})
    void sshIsNotAllowedToAsk(String uri, String used) {
        assertThat(Libvirt.neverAsking(uri)).isEqualTo(used);
    }

    @Test
    void optionsDoNotShowThePassword() {
        assertThat(new LibvirtOptions("qemu+tls://host/system", "user", "secret").toString()).doesNotContain("secret");
    }
}
