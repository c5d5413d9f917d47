/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.store.EndpointStore;
import io.virtnbd.camel.store.StoreException;
import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;

/** The store for SFTP, with an OpenSSH server. */
@RequiresTools({"sshd", "ssh-keygen"})
class SftpStoreIT extends StoreContract {
    private SshServer server;
    private FaultyProxy proxy;
    private Path knownHosts;

    @Override
    void startServer() throws Exception {
        server = new SshServer(Files.createDirectory(directory.resolve("home")));
        proxy = new FaultyProxy(server.port());
        knownHosts = Files.writeString(directory.resolve("known_hosts"), Files.readString(server.knownHosts())
                .replace("]:" + server.port() + " ", "]:" + proxy.port() + " "));
    }

    @Override
    void stopServer() throws Exception {
        proxy.close();
        server.close();
    }

    @Override
    FaultyProxy proxy() {
        return proxy;
    }

    @Override
    String store() {
        return store("in/backups");
    }

    private String store(String below) {
        return "kamelet:virtnbd-sftp-store?host=127.0.0.1&port=" + proxy.port() + "&username=root&directory=" + below
                + "&privateKeyFile=" + server.key() + "&knownHostsFile=" + knownHosts;
    }

    @Override
    Path kept() {
        return directory.resolve("home/in/backups");
    }

    @Override
    void replace(String name, byte[] bytes) throws Exception {
        long before = Files.getLastModifiedTime(kept().resolve(name)).toMillis();
        write(name, bytes);
        Files.setLastModifiedTime(kept().resolve(name), FileTime.fromMillis(before + 5000));
    }

    @Test
    void listsNothingWhereThereIsNoDirectory() throws Exception {
        assertThat(new EndpointStore(camel(), store("none")).tree()).isEmpty();
    }

    @Test
    void takesANewConnectionWhereTheServerHasEndedTheLast() throws Exception {
        endpoint().tree();
        proxy().refuse();
        proxy().heal();

        assertThat(endpoint().tree()).hasSize(3);
    }

    @Test
    void refusesAHostThatIsNotTheOneThatIsKnown() throws Exception {
        Files.writeString(knownHosts, "");

        assertThatThrownBy(() -> endpoint().tree()).isInstanceOf(StoreException.class).hasStackTraceContaining("HostKey");
    }
}
