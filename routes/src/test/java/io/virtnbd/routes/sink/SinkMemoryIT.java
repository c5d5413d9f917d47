/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import io.virtnbd.routes.process.RouteProcess;
import io.virtnbd.routes.server.S3Server;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk goes through each sink whose data is several times what the heap can hold. */
class SinkMemoryIT {

    private static final int MIB = 1 << 20;
    private static final int DISK = 256 * MIB;
    private static final String HEAP = "64m";

    @TempDir
    private Path directory;
    private Path disk;
    private RawFileExport export;
    private NbdServer nbd;

    @BeforeEach
    void serveDisk() throws Exception {
        disk = directory.resolve("disk.raw");
        Random random = new Random(1);
        byte[] block = new byte[MIB];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(disk))) {
            for (int i = 0; i < DISK / MIB; i++) {
                random.nextBytes(block);
                out.write(block);
            }
        }
        export = RawFileExport.readOnly(disk);
        nbd = NbdServer.builder().tcp(0).export("vda", export).build().start();
    }

    @AfterEach
    void stop() throws Exception {
        nbd.close();
        export.close();
    }

    @Test
    void goesToFiles() throws Exception {
        Path backups = directory.resolve("backups");
        run("compression: none", "kamelet:virtnbd-file-sink?directory=" + backups);
        assertIsDisk(backups);
    }

    @Test
    @RequiresTools({"sshd", "ssh-keygen"})
    void goesToAnSftpServer() throws Exception {
        try (SshServer server = new SshServer(directory)) {
            run("compression: none", "kamelet:virtnbd-sftp-sink?host=127.0.0.1&port=" + server.port() + "&username=root"
                    + "&directory=backups&privateKeyFile=" + server.key() + "&knownHostsFile=" + server.knownHosts());
        }
        assertIsDisk(directory.resolve("backups"));
    }

    @Test
    void goesToOneS3Object() throws Exception {
        runToS3("compression: none", "");
    }

    @Test
    void goesToOneS3ObjectInParts() throws Exception {
        runToS3("compression: none", "&partSize=" + 8 * MIB);
    }

    @Test
    void goesToS3InCompressedSegmentsSideBySide() throws Exception {
        // each segment is in memory while it is sent, and ten are sent side by side
        runToS3("compression: lz4\nunit: segment\nsegmentSize: 1m", "");
    }

    private void runToS3(String options, String sinkOptions) throws Exception {
        try (S3Server server = new S3Server(directory.resolve("s3"))) {
            Path bucket = server.bucket("backups");
            StringBuilder sink = new StringBuilder("kamelet:virtnbd-s3-sink?bucket=backups" + sinkOptions);
            S3Server.options(server.endpoint()).forEach((key, value) -> sink.append('&').append(key).append('=').append(value));
            run(options, sink.toString());
            assertIsDisk(bucket);
        }
    }

    private void run(String options, String sink) throws Exception {
        String output = RouteProcess.run(directory, """
                - route:
                    from:
                      uri: direct:backup
                      steps:
                        - to:
                            uri: virtnbd:backup:vm1
                            parameters:
                              nbdUri: %s
                %s
                        - split:
                            simple: ${body}
                            streaming: true
                            stopOnException: true
                            parallelProcessing: %s
                            steps:
                              - to: "%s"
                """.formatted(nbd.uri("vda"), options.indent(14), options.contains("segment"), sink), "direct:backup", HEAP);
        System.out.println("with a heap of " + HEAP + ": " + RouteProcess.peak(output) / MIB + " MiB resident at most");
    }

    private void assertIsDisk(Path backups) throws Exception {
        Path image = directory.resolve("restored.raw");
        try (Stream<Path> found = Files.walk(backups); CamelContext camel = new DefaultCamelContext()) {
            File chain = found.filter(file -> file.getFileName().toString().endsWith(".json")).findFirst().orElseThrow()
                    .getParent().toFile();
            camel.start();
            camel.createProducerTemplate().requestBody("virtnbd:verify", chain);
            camel.createProducerTemplate().requestBodyAndHeaders("virtnbd:restore?image=" + image, chain, Map.of());
        }
        assertThat(Files.mismatch(image, disk)).isEqualTo(-1);
    }
}
