/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The SFTP sink with an OpenSSH server, over a network that fails. */
@RequiresTools({"sshd", "ssh-keygen"})
class SftpSinkIT extends SinkContract {

    private Path home;
    private SshServer server;
    private FaultyProxy proxy;
    private Path knownHosts;

    @BeforeEach
    void startServer() throws Exception {
        home = Files.createDirectory(directory.resolve("home"));
        server = new SshServer(home);
        proxy = new FaultyProxy(server.port());
        knownHosts = Files.writeString(directory.resolve("known_hosts"), Files.readString(server.knownHosts())
                .replace("]:" + server.port() + " ", "]:" + proxy.port() + " "));
    }

    @AfterEach
    void stopServer() throws Exception {
        proxy.close();
        server.close();
    }

    @Override
    protected String sink() {
        return "kamelet:virtnbd-sftp-sink?host=127.0.0.1&port=" + proxy.port() + "&username=root&directory=in/backups"
                + "&privateKeyFile=" + server.key() + "&knownHostsFile=" + knownHosts;
    }

    @Override
    protected void fetch(Path target) {
        Tool.run("cp", "-r", home.resolve("in/backups") + "/.", target.toString());
    }

    @Override
    protected void disturbAfter(long bytes) {
        proxy.cutAfter(bytes, 1);
    }

    @Override
    protected int disturbances() {
        return proxy.faults();
    }

    @Override
    protected void breakAfter(long bytes) {
        proxy.refuseAfter(bytes);
    }

    @Override
    protected void repair() {
        proxy.heal();
    }
}
