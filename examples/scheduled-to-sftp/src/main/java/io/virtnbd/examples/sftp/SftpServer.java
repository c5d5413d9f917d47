/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.sftp;

import io.virtnbd.examples.support.Example;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/**
 * An SFTP server in this process, on a free port of the loopback interface, with a new key of its own. It lets in one user, by
 * a new key, and shows one directory.
 */
final class SftpServer implements AutoCloseable {

    private static final String USER = "backup";

    private final SshServer server = SshServer.setUpDefaultServer();
    private final KeyPair hostKey = newKey();
    private final KeyPair userKey = newKey();

    private SftpServer(Path directory) throws IOException, GeneralSecurityException {
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        server.setPublickeyAuthenticator((user, key, session) ->
                user.equals(USER) && KeyUtils.compareKeys(key, userKey.getPublic()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(Files.createDirectories(directory)));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
        server.start();
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        return KeyUtils.generateKeyPair(KeyPairProvider.ECDSA_SHA2_NISTP256, 256);
    }

    /** Starts one for a directory in the example's output, where the user has not named a server of somebody else. */
    static void start(Example example) throws Exception {
        if (example.isGiven("sftp.host")) {
            return;
        }
        Path output = example.output().path();
        Path files = output.resolve("sftp");
        example.output().clear(files);
        SftpServer sftp = example.closing(new SftpServer(files));
        int port = sftp.server.getPort();
        example.set("sftp.host", "127.0.0.1");
        example.set("sftp.port", port);
        example.set("sftp.username", USER);
        example.set("sftp.privateKeyFile", sftp.writeUserKey(output.resolve("user-key")));
        example.set("sftp.knownHostsFile", Files.writeString(output.resolve("known_hosts"),
                "[127.0.0.1]:" + port + " " + PublicKeyEntry.toString(sftp.hostKey.getPublic()) + "\n"));
        example.tell("SFTP server", "sftp://" + USER + "@127.0.0.1:" + port + ", its files are in "
                + example.output().name().resolve("sftp"));
    }

    /** For nobody else's eyes from the start. */
    private Path writeUserKey(Path file) throws IOException, GeneralSecurityException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(userKey, "demo", null, out);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
