/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.nbd.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NbdUriTest {

    @ParameterizedTest
    @CsvSource({
        "nbd://example.com:1234/disk, example.com, 1234, disk, false",
        "nbd://example.com/, example.com, 10809, '', false",
        "nbd://example.com, example.com, 10809, '', false",
        "nbd://example.com:/x, example.com, 10809, x, false",
        "nbd://example.com//disk, example.com, 10809, /disk, false",
        "nbd://example.com/hello%20world, example.com, 10809, hello world, false",
        "nbd://example.com/a+b%2Bc, example.com, 10809, a+b+c, false",
        "nbd://example.com/d%C3%ADsk%25, example.com, 10809, dísk%, false",
        "nbds://my_host/disk, my_host, 10809, disk, true",
        "NBDS://127.0.0.1:65535, 127.0.0.1, 65535, '', true",
        "nbd://[::1]:1/disk, ::1, 1, disk, false",
        "nbd://[fe80::1%25eth0], fe80::1%eth0, 10809, '', false",
        "nbd:///disk, localhost, 10809, disk, false",
        "nbd://h/x?x-experiment=1, h, 10809, x, false",
        "nbds://h/x?tls-type=x509&tls-verify-peer=1, h, 10809, x, true"
    })
    void readsTcpUris(String text, String host, int port, String export, boolean tls) {
        NbdUri uri = NbdUri.parse(text);
        assertThat(uri).isEqualTo(new NbdUri(tls, new NbdAddress.Tcp(host, port), export, Optional.empty()));
        assertThat(uri.certificateName()).isEqualTo(host);
        assertThat(NbdUri.parse(uri.toString())).isEqualTo(uri);
    }

    @ParameterizedTest
    @CsvSource({
        "nbd+unix:///disk?socket=/run/nbd.sock, /run/nbd.sock, disk, false",
        "nbd+unix:///?socket=nbd.sock, nbd.sock, '', false",
        "nbd+unix://?socket=nbd.sock, nbd.sock, '', false",
        "nbds+unix:///a%2Fb?socket=/a%20b/%3F%26.sock&x-y, /a b/?&.sock, a/b, true"
    })
    void readsUnixUris(String text, String socket, String export, boolean tls) {
        NbdUri uri = NbdUri.parse(text);
        assertThat(uri).isEqualTo(new NbdUri(tls, new NbdAddress.Unix(Path.of(socket)), export, Optional.empty()));
        assertThat(uri.certificateName()).isEqualTo("localhost");
        assertThat(NbdUri.parse(uri.toString())).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nbds://10.0.0.1/x?tls-hostname=vm.example.com",
        "nbds+unix:///x?socket=/s&tls-hostname=vm.example.com"})
    void takesTheNameOfTheCertificateFromTheUri(String text) {
        NbdUri uri = NbdUri.parse(text);
        assertThat(uri.certificateName()).isEqualTo("vm.example.com");
        assertThat(uri).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "'', there is no scheme",
        "disk, there is no scheme",
        "nbd:disk, '//'",
        "nbd:/disk, '//'",
        "http://h/x, the scheme is none of",
        "nbdx://h/x, the scheme is none of",
        "nbd+tcp://h/x, the scheme is none of",
        "nbd://h/a b, index 9",
        "nbd://h/ä, index 8",
        "nbd://h/%zz, two hexadecimal digits",
        "nbd://h/%4, two hexadecimal digits",
        "nbd://h/%00, no NUL",
        "nbd://h/%ff, UTF-8",
        "nbd://h/x#y, fragment",
        "nbd://h:0/x, port 0",
        "nbd://h:65536/x, port 65536",
        "nbd://h:x/x, is not host:port",
        "nbd://::1/x, is not host:port",
        "nbd://[::1/x, is not host:port",
        "nbd://[h]/x, is not an IPv6 address",
        "nbd://user@h/x, user name",
        "nbd://h/x?socket=/s, 'socket' is not known here",
        "nbd://h/x?foo=1, 'foo' is not known",
        "nbd://h/x?x-a=1&x-a=2, given twice",
        "nbd+unix:///x, 'socket' is missing",
        "nbd+unix:///x?socket=, 'socket' is missing",
        "nbd+unix://h/x?socket=/s, three slashes",
        "nbd+unix:///x?socket=%00abstract, abstract namespace",
        "nbd://h/x?tls-hostname=y, tls- parameters need TLS",
        "nbd+unix:///x?socket=/s&tls-verify-peer=0, tls- parameters need TLS",
        "nbds://h/x?tls-verify-peer=0, always verified",
        "nbds://h/x?tls-verify-peer=no, always verified",
        "nbds://h/x?tls-type=psk, only x509",
        "nbds://h/x?tls-type=anon, only x509",
        "nbds://h/x?tls-hostname=, tls-hostname is empty",
        "nbds://h/x?tls-certificates=/etc, 'tls-certificates' is not known"
    })
    void refusesOthersAndSaysWhy(String text, String reason) {
        assertThatThrownBy(() -> NbdUri.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not an NBD URI: '" + text + "': ").hasMessageContaining(reason);
    }

    @Test
    void refusesExportNamesThatAreTooLong() {
        assertThat(NbdUri.tcp("h", 1, "x".repeat(4096)).exportName()).hasSize(4096);
        assertThatThrownBy(() -> NbdUri.tcp("h", 1, "x".repeat(4097))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NbdUri.tcp("h", 1, "ä".repeat(2049))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void writesUrisThatItReadsBack(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            boolean tls = random.nextBoolean();
            NbdAddress address = random.nextBoolean() ? new NbdAddress.Unix(Path.of("/" + text(random) + "x"))
                    : new NbdAddress.Tcp("h" + i, 1 + random.nextInt(65535));
            Optional<String> hostname = tls && random.nextBoolean() ? Optional.of("a" + i) : Optional.empty();
            NbdUri uri = new NbdUri(tls, address, text(random), hostname);
            assertThat(NbdUri.parse(uri.toString())).as("seed %d: %s", seed, uri).isEqualTo(uri);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(random.nextInt(4) == 0 ? 0x1f600 + random.nextInt(40) : 1 + random.nextInt(0x250));
        }
        return text.toString();
    }
}
