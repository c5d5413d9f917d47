/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.S3Server;
import io.virtnbd.routes.sink.SinkRoutes;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import io.virtnbd.testing.GuestSystem;
import io.virtnbd.testing.RequiresGuestKernel;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Virsh;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine with a Linux in it: backed up to S3 while it works, restored from there, and booted beside itself. */
@RequiresGuestKernel
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64", "mke2fs", "busybox", "qemu-ga"})
class GuestRestoreFromS3IT {

    @TempDir
    private Path directory;

    @Test
    void theRestoredMachineBootsWithItsFiles() throws Exception {
        try (S3Server server = new S3Server(directory.resolve("s3"))) {
            server.bucket("backups");
            try (GuestSystem guest = GuestSystem.boot(Files.createDirectory(directory.resolve("guest")))) {
                Map<String, String> sums;
                Made increment;
                String name = guest.domain().name();
                String sink = "kamelet:virtnbd-s3-sink?bucket=backups&prefix=kvm1/&region=us-east-1&accessKey="
                        + S3Server.ACCESS_KEY + "&secretKey=" + S3Server.SECRET_KEY
                        + "&overrideEndpoint=true&forcePathStyle=true&uriEndpointOverride=" + server.endpoint();
                try (SinkRoutes routes = new SinkRoutes(name, "", sink, 0)) {
                    write(guest, "proof-1", 48);
                    write(guest, "proof-2", 16);
                    routes.backUp("full");
                    write(guest, "proof-2", 24);
                    write(guest, "proof-3", 8);
                    sums = guest.checksums("proof-*");
                    increment = routes.backUp("inc");
                    write(guest, "proof-1", 4);
                }
                assertThat(sums).containsOnlyKeys("proof-1", "proof-2", "proof-3");
                try (TestDomain traces = new TestDomain(directory, name + "-restored");
                        GuestSystem restored = restore(server, name, traces.name(), increment)) {
                    assertThat(restored.checksums("proof-*")).isEqualTo(sums);
                    assertThat(guest.domain().isRunning()).as("the original").isTrue();
                }
            }
        }
    }

    /** Random bytes, as the guest has them, on its disk. */
    private static void write(GuestSystem guest, String file, int blocks) {
        guest.shell("dd if=/dev/urandom of=/mnt/" + file + " bs=16k count=" + blocks + " 2>/dev/null; sync");
    }

    private GuestSystem restore(S3Server server, String name, String beside, Made backup) throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>(S3Server.options(server.endpoint()));
        parameters.put("useDefaultCredentialsProvider", "false");
        parameters.put("bucket", "backups");
        parameters.put("prefix", "kvm1/");
        parameters.put("images", directory.resolve("images"));
        parameters.put("staging", directory.resolve("staging"));
        parameters.put("start", "true");
        parameters.put("newName", beside);
        try (TemplateRoutes routes = new TemplateRoutes("virtnbd-restore-from-s3", parameters,
                directory.resolve("routes.yaml"))) {
            Exchange done = routes.request("direct:restore", null, Map.of("domain", name, "chain", backup.chain()));
            assertThat(done.getException()).isNull();
            assertThat(done.getMessage().getBody(Map.class)).containsEntry("until", backup.checkpoint())
                    .containsEntry("defined", beside);
            assertThat(Virsh.run("dumpxml", beside)).contains(directory.resolve("images/vda.qcow2").toString());
            return GuestSystem.running(directory.resolve("guest"), beside);
        }
    }
}
