/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** An OpenSSH server on a port of the loopback interface that lets this user in by key, and knows no passwords. */
public final class SshServer implements AutoCloseable {

    private static final long DEADLINE_NANOS = 20_000_000_000L;

    private final Path directory;
    private final int port;
    private final Process process;

    /**
     * Starts it.
     *
     * @param parent for its own files; paths of SFTP clients that are not absolute begin here
     */
    public SshServer(Path parent) throws Exception {
        directory = Files.createDirectories(parent.resolve("ssh"));
        port = FreePort.find();
        for (String key : new String[] {"host", "user"}) {
            Tool.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory.resolve(key).toString());
        }
        Files.writeString(knownHosts(),
                "[127.0.0.1]:" + port + " " + Files.readString(directory.resolve("host.pub")));
        Path configuration = Files.writeString(directory.resolve("config"), """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                PermitRootLogin yes
                MaxStartups 100
                Subsystem sftp internal-sftp -d %s
                """.formatted(port, directory.resolve("host"), directory.resolve("user.pub"), parent));
        Files.createDirectories(Path.of("/run/sshd"));
        // it starts itself again for each client, by its absolute path
        process = new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
        awaitListening();
    }

    private void awaitListening() throws Exception {
        long start = System.nanoTime();
        while (true) {
            try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - start > DEADLINE_NANOS) {
                    throw new AssertionError("sshd did not start:\n" + Files.readString(directory.resolve("log")), e);
                }
            }
            Thread.sleep(10);
        }
    }

    public int port() {
        return port;
    }

    /** Private key of the user. */
    public Path key() {
        return directory.resolve("user");
    }

    /** The host's key, and no other. */
    public Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    /** An ssh that checks the host's key against the only one that it knows. */
    public Path client() throws IOException {
        Path client = Files.writeString(directory.resolve("client"), """
                #!/bin/sh
                exec ssh -o UserKnownHostsFile=%s -o StrictHostKeyChecking=yes "$@"
                """.formatted(knownHosts()));
        return Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwx------"));
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
