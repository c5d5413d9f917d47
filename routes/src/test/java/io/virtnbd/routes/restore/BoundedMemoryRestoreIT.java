/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.S3Server;
import io.virtnbd.routes.sink.SinkRoutes;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk with 256 MiB of content, as one file, is fetched and restored with a heap of 64 MiB. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-system-x86_64", "sshd", "ssh-keygen"})
class BoundedMemoryRestoreIT {

    private static final long MIB = 1 << 20;
    private static final int CONTENT_MIB = 256;

    @TempDir
    static Path shared;
    private static TestDomain domain;
    private static Made made;
    private static Path content;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeBackup() throws Exception {
        domain = new TestDomain(shared).qcow2((CONTENT_MIB + 16) * MIB).define().start();
        domain.guest(guest -> {
            for (int i = 0; i < CONTENT_MIB; i++) {
                guest.write("vda", 1 + i % 255, i * MIB, MIB);
            }
        });
        try (SinkRoutes routes = new SinkRoutes(domain.name(), "",
                "kamelet:virtnbd-file-sink?directory=" + shared.resolve("s3/backups"), 0)) {
            made = routes.backUp("full");
        }
        content = domain.snapshotContent("vda", shared.resolve("content.raw"));
        assertThat(Files.size(shared.resolve("s3/backups").resolve(domain.name()).resolve(made.chain())
                .resolve("vda.full.data"))).isGreaterThan(CONTENT_MIB * MIB);
    }

    @AfterAll
    static void removeDomain() {
        if (domain != null) {
            domain.close();
        }
    }

    private void assertRestores(String template, Map<String, ?> store) throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>(store);
        parameters.put("images", directory.resolve("images"));
        parameters.put("staging", directory.resolve("staging"));
        parameters.put("format", "raw");
        parameters.put("onSuccess", "log:success");
        parameters.put("onFailure", "log:failure");
        Path routes = TemplateRoutes.write(template, parameters, directory.resolve("routes.yaml"));
        System.out.println(template + ": " + Tool.run(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BoundedMemoryMain.class.getName(), routes.toString(), domain.name(), made.chain()));
        assertThat(Files.mismatch(directory.resolve("images/vda.raw"), content)).isEqualTo(-1);
    }

    @Test
    void restoresFromS3() throws Exception {
        try (S3Server server = new S3Server(shared.resolve("s3"))) {
            Map<String, String> options = S3Server.options(server.endpoint());
            options.put("useDefaultCredentialsProvider", "false");
            options.put("bucket", "backups");
            options.put("prefix", "");
            assertRestores("virtnbd-restore-from-s3", options);
        }
    }

    @Test
    void restoresFromAnSftpServer() throws Exception {
        try (SshServer server = new SshServer(shared.resolve("s3"))) {
            assertRestores("virtnbd-restore-from-sftp", Map.of("host", "127.0.0.1", "port", server.port(), "username", "root",
                    "directory", "backups", "privateKeyFile", server.key(), "knownHostsFile", server.knownHosts()));
        }
    }
}
