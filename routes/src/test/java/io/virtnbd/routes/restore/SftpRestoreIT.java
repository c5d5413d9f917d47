/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Restores from an OpenSSH server. */
@RequiresTools({"sshd", "ssh-keygen"})
class SftpRestoreIT extends NetworkRestoreContract {

    private SshServer server;
    private FaultyProxy proxy;

    @Override
    void startServer() throws Exception {
        server = new SshServer(Files.createDirectory(shared.resolve("home")));
        proxy = new FaultyProxy(server.port());
        Files.writeString(knownHosts(), Files.readString(server.knownHosts()).replace("]:" + server.port() + " ",
                "]:" + proxy.port() + " "));
    }

    private Path knownHosts() {
        return shared.resolve("known_hosts");
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
    String sink() {
        return "kamelet:virtnbd-sftp-sink?host=127.0.0.1&port=" + server.port() + "&username=root&directory=in/backups"
                + "&privateKeyFile=" + server.key() + "&knownHostsFile=" + server.knownHosts();
    }

    @Override
    String template() {
        return "virtnbd-restore-from-sftp";
    }

    @Override
    Map<String, Object> store() {
        return Map.of("host", "127.0.0.1", "port", proxy.port(), "username", "root", "directory", "in/backups",
                "privateKeyFile", server.key(), "knownHostsFile", knownHosts());
    }

    @Override
    Path kept() {
        return shared.resolve("home/in/backups");
    }
}
