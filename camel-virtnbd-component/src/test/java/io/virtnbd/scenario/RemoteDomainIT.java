/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.FreePort;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import io.virtnbd.testing.TestCertificates;
import io.virtnbd.testing.TestDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.net.ssl.X509TrustManager;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A domain on another host, reached over SSH, that serves its disks over TCP. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64", "ssh", "ssh-keygen", "sshd", "openssl"})
class RemoteDomainIT {

    private static final long MIB = 1 << 20;
    /** Where libvirt has the certificates of backups, unless it was told otherwise. */
    private static final Path CERTIFICATES = Path.of("/etc/pki/qemu");

    @TempDir
    private Path directory;
    private TestDomain domain;
    private RandomGuest guest;

    @BeforeEach
    void startDomain() {
        domain = new TestDomain(directory).qcow2(16 * MIB).define().start();
        guest = new RandomGuest(domain, true);
        guest.work(10);
    }

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    private void backUpTwice(BackupRoutes routes) throws Exception {
        assertThat(routes.backUp("auto").level()).isEqualTo("full");
        guest.work(10);
        Path content = domain.snapshotContent("vda", directory.resolve("content.raw"));
        Made increment = routes.backUp("auto");
        assertThat(increment.level()).isEqualTo("inc");
        Path image = directory.resolve("restored.raw");
        routes.restore(increment, "vda", image);
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    @Test
    void backsUpOverSshAndTcp() throws Exception {
        try (SshServer ssh = new SshServer(directory)) {
            String uri = "qemu+ssh://root@127.0.0.1:%d/system?keyfile=%s&command=%s".formatted(ssh.port(), ssh.key(), ssh.client());
            try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("backups"),
                    "&uri=RAW(" + uri + ")&backupServerPort=" + FreePort.find())) {
                backUpTwice(routes);
                domain.destroy();
                assertThatThrownBy(() -> routes.backUp("auto")).hasMessageContaining("off and on another host");
            }
        }
    }

    @Test
    void backsUpOverTls() throws Exception {
        TestCertificates certificates = new TestCertificates(directory.resolve("certificates"));
        // libvirt reads them for each job; where somebody has his own, these are not put in their place
        if (Files.exists(CERTIFICATES) && !"true".equals(System.getenv("CI"))) {
            System.err.println("SKIPPED backsUpOverTls: this machine has certificates of its own in " + CERTIFICATES);
            Assumptions.abort("this machine has certificates of its own in " + CERTIFICATES);
        }
        assertThat(CERTIFICATES).doesNotExist();
        Files.createDirectories(CERTIFICATES);
        try {
            for (String file : new String[] {"ca-cert.pem", "server-cert.pem", "server-key.pem"}) {
                Files.copy(certificates.directory().resolve(file), CERTIFICATES.resolve(file));
            }
            String options = "&backupServerHost=localhost&backupServerTls=true&backupServerPort=" + FreePort.find();
            try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("backups"),
                    options + "&sslContextParameters=#tls", camel -> camel.getRegistry().bind("tls", tls(certificates)))) {
                backUpTwice(routes);
            }
            try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("others"), options)) {
                assertThatThrownBy(() -> routes.backUp("auto")).hasStackTraceContaining("TLS");
            }
        } finally {
            try (Stream<Path> files = Files.list(CERTIFICATES)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(CERTIFICATES);
        }
    }

    private static SSLContextParameters tls(TestCertificates certificates) {
        try {
            TrustManagersParameters trust = new TrustManagersParameters();
            trust.setTrustManager((X509TrustManager) certificates.trustManagers()[0]);
            KeyStoreParameters store = new KeyStoreParameters();
            store.setResource("file:" + certificates.clientKeyStore());
            store.setPassword(TestCertificates.PASSWORD);
            KeyManagersParameters keys = new KeyManagersParameters();
            keys.setKeyStore(store);
            keys.setKeyPassword(TestCertificates.PASSWORD);
            SSLContextParameters tls = new SSLContextParameters();
            tls.setTrustManagers(trust);
            tls.setKeyManagers(keys);
            return tls;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
