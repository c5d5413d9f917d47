/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.S3Server;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores a chain of a real domain, each file of which GnuPG has encrypted. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64", "gpg", "sshd", "ssh-keygen"})
class EncryptedRestoreIT {

    private static final String PASSPHRASE = "a + b/c%20&d";

    @TempDir
    static Path shared;
    private static BackupSets sets;
    private static Path gnupg;
    private static Path key;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeBackups() throws Exception {
        gnupg = Files.createDirectory(shared.resolve("gnupg"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        key = shared.resolve("private.asc");
        gpg("--quick-generate-key", "Backups <backup@example.org>", "default", "default", "never");
        gpg("--armor", "--output", key.toString(), "--export-secret-keys", "backup@example.org");
        sets = new BackupSets(Files.createDirectory(shared.resolve("domain")),
                "kamelet:virtnbd-file-sink?directory=" + shared.resolve("plain"), BackupSets.Segments.NONE);
        Path chain = Path.of(sets.domain(), sets.plain().chain());
        encrypt(shared.resolve("plain").resolve(chain), shared.resolve("s3/backups/encrypted").resolve(chain));
    }

    @AfterAll
    static void removeDomain() {
        if (sets != null) {
            sets.close();
        }
    }

    private static String gpg(String... arguments) {
        List<String> command = new ArrayList<>(List.of("--homedir", gnupg.toString(), "--batch", "--yes", "--pinentry-mode",
                "loopback", "--passphrase", PASSPHRASE, "--trust-model", "always"));
        command.addAll(List.of(arguments));
        command.add(0, "gpg");
        return Tool.run(command.toArray(String[]::new));
    }

    private static void encrypt(Path from, Path to) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file) + ".pgp");
            Files.createDirectories(target.getParent());
            gpg("--recipient", "backup@example.org", "--output", target.toString(), "--encrypt", file.toString());
        }
    }

    private Path store() {
        return shared.resolve("s3/backups/encrypted");
    }

    private Exchange restore(String template, Map<String, ?> store, String passphrase) throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>(store);
        parameters.put("images", directory.resolve("images"));
        parameters.put("staging", directory.resolve("staging"));
        parameters.put("format", "raw");
        parameters.put("maximumRedeliveries", 0);
        parameters.put("privateKey", "file:" + key);
        parameters.put("passphrase", passphrase);
        try (TemplateRoutes routes = new TemplateRoutes(template, parameters, directory.resolve("routes.yaml"))) {
            Exchange done = routes.request("direct:restore", null,
                    Map.of("domain", sets.domain(), "chain", sets.plain().chain()));
            try (Stream<Path> left = Files.list(Files.createDirectories(directory.resolve("staging")))) {
                assertThat(left).isEmpty();
            }
            return done;
        }
    }

    private void assertRestored(Exchange done) throws Exception {
        assertThat(done.getException()).isNull();
        for (Map.Entry<String, Path> disk : sets.contents(sets.plain()).entrySet()) {
            assertThat(Files.mismatch(directory.resolve("images/" + disk.getKey() + ".raw"), disk.getValue())).isEqualTo(-1);
        }
    }

    @Test
    void restoresFromADirectory() throws Exception {
        assertRestored(restore("virtnbd-restore-from-file", Map.of("directory", store()), PASSPHRASE));
    }

    @Test
    void restoresFromS3() throws Exception {
        try (S3Server server = new S3Server(shared.resolve("s3"))) {
            Map<String, String> options = S3Server.options(server.endpoint());
            options.put("useDefaultCredentialsProvider", "false");
            options.put("bucket", "backups");
            options.put("prefix", "encrypted/");
            assertRestored(restore("virtnbd-restore-from-s3", options, PASSPHRASE));
        }
    }

    @Test
    void restoresFromAnSftpServer() throws Exception {
        try (SshServer server = new SshServer(Files.createDirectories(directory.resolve("home")))) {
            Tool.run("cp", "-r", store().toString(), directory.resolve("home/backups").toString());
            assertRestored(restore("virtnbd-restore-from-sftp", Map.of("host", "127.0.0.1", "port", server.port(), "username",
                    "root", "directory", "backups", "privateKeyFile", server.key(), "knownHostsFile", server.knownHosts()),
                    PASSPHRASE));
        }
    }

    @Test
    void refusesAWrongPassphrase() throws Exception {
        assertThat(restore("virtnbd-restore-from-file", Map.of("directory", store()), "wrong").getException())
                .hasMessageContaining(".json.pgp of " + sets.domain() + "/" + sets.plain().chain())
                .hasMessageContaining("privateKey and passphrase").hasMessageNotContaining("'wrong'");
        assertThat(directory.resolve("images")).doesNotExist();
    }

    @Test
    void refusesADamagedFile() throws Exception {
        Path file = store().resolve(sets.domain()).resolve(sets.plain().chain()).resolve("vda.full.data.pgp");
        byte[] whole = Files.readAllBytes(file);
        byte[] damaged = whole.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(file, damaged);
        try {
            assertThat(restore("virtnbd-restore-from-file", Map.of("directory", store()), PASSPHRASE).getException())
                    .isNotNull();
            assertThat(directory.resolve("images")).doesNotExist();
        } finally {
            Files.write(file, whole);
        }
    }
}
