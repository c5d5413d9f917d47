/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.engine.machine.MachineException;
import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import io.virtnbd.testing.Virsh;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The domain of a backup defined again by the real libvirt daemon, with its restored disks. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64", "virtnbdbackup"})
class RestoredMachineIT {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;
    private TestDomain domain;
    private Path variables;
    private final DefaultCamelContext camel = new DefaultCamelContext();
    /** What each disk was at the last backup, as raw files. */
    private final Map<String, Path> contents = new LinkedHashMap<>();

    @AfterEach
    void removeDomains() {
        camel.stop();
        remove(beside());
        domain.close();
    }

    private static void remove(String name) {
        Virsh.tryRun("destroy", name);
        Virsh.tryRun("undefine", name, "--checkpoints-metadata", "--snapshots-metadata", "--nvram");
    }

    private String beside() {
        return domain.name() + "-beside";
    }

    private Path images() {
        return directory.resolve("restored");
    }

    /** Flash with the code of a firmware that halts, and with its variables, which can be anything. */
    private void start() throws IOException {
        byte[] code = new byte[64 << 10];
        byte[] halt = {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd};
        System.arraycopy(halt, 0, code, code.length - 16, halt.length);
        byte[] random = new byte[64 << 10];
        new Random(1).nextBytes(random);
        domain = new TestDomain(directory);
        variables = Files.write(directory.resolve(domain.name() + "_VARS.fd"), random);
        domain.qcow2(8 * MIB, 4 * MIB).os("<loader readonly='yes' type='pflash'>"
                + Files.write(directory.resolve("CODE.fd"), code) + "</loader><nvram>" + variables + "</nvram>")
                .devices("<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
                        + "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>"
                        + "<interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>")
                .define().start();
        domain.guestWrite("vda", 0xa1, 0, MIB);
        domain.guestWrite("vdb", 0xb1, MIB, MIB);
    }

    /** A full and an increment. */
    private Path backUp() throws Exception {
        try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("backups"), "")) {
            routes.backUp("full");
            domain.guestWrite("vda", 0xa2, 4 * MIB, MIB);
            domain.guestZero("vdb", MIB, MIB / 2, true);
            snapshot();
            Made increment = routes.backUp("inc");
            return routes.set(increment);
        }
    }

    private void snapshot() {
        for (TestDisk disk : domain.disks()) {
            contents.put(disk.target(),
                    domain.snapshotContent(disk.target(), directory.resolve("content-" + disk.target())));
        }
    }

    private Exchange restore(Path set, String options) {
        camel.start();
        return camel.createProducerTemplate().send("virtnbd:restore?directory=" + images() + options,
                exchange -> exchange.getMessage().setBody(set.toFile()));
    }

    private void assertImages(String... disks) throws IOException {
        for (String disk : disks) {
            Path raw = directory.resolve("restored-" + disk);
            Tool.run("qemu-img", "convert", "-U", "-O", "raw", images().resolve(disk + ".qcow2").toString(), raw.toString());
            assertThat(Files.mismatch(raw, contents.get(disk))).as(disk).isEqualTo(-1);
        }
    }

    private void assertNothingRestored(Exchange done, Class<? extends Exception> type, String... messages) throws IOException {
        assertThat(done.getException()).isInstanceOf(type);
        System.out.println("refused: " + done.getException().getMessage());
        for (String message : messages) {
            assertThat(done.getException()).hasMessageContaining(message);
        }
        if (Files.exists(images())) {
            try (Stream<Path> files = Files.list(images())) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    void runsBesideTheOriginal() throws Exception {
        start();
        Path set = backUp();
        assertNothingRestored(restore(set, "&define=true"), MachineException.class, domain.name(), "running", "newName");

        Exchange done = restore(set, "&start=true&newName=" + beside());

        assertThat(done.getException()).isNull();
        assertThat(done.getMessage().getHeader(VirtNbdConstants.DOMAIN)).isEqualTo(beside());
        assertThat(done.getMessage().getBody(Map.class)).containsEntry("vda", images().resolve("vda.qcow2").toFile());
        assertThat(Virsh.run("domstate", beside()).strip()).isEqualTo("running");
        assertThat(domain.isRunning()).isTrue();
        assertImages("vda", "vdb");
        String xml = Virsh.run("dumpxml", beside());
        assertThat(xml).contains(images().resolve("vda.qcow2").toString(), images().resolve("vdb.qcow2").toString(),
                images().resolve(beside() + "_VARS.fd").toString()).doesNotContain(domain.image("vda").toString(),
                variables.toString(), "52:54:00:12:34:56", "urn:io.virtnbd");
        assertThat(Files.mismatch(images().resolve(beside() + "_VARS.fd"), variables)).isEqualTo(-1);
        try (BackupRoutes routes = new BackupRoutes(beside(), directory.resolve("next"), "")) {
            assertThat(routes.backUp("auto").level()).isEqualTo("full");
        }
    }

    @Test
    void replacesTheOriginalOnlyWhereAskedTo() throws Exception {
        start();
        Path set = backUp();
        domain.destroy();
        String uuid = domain.virsh("domuuid").strip();
        assertNothingRestored(restore(set, "&define=true"), MachineException.class, uuid, "overwriteDomain=true");
        assertThat(domain.virsh("dumpxml")).contains(domain.image("vda").toString());

        Exchange done = restore(set, "&define=true&overwriteDomain=true");

        assertThat(done.getException()).isNull();
        assertImages("vda", "vdb");
        assertThat(domain.virsh("domuuid").strip()).isEqualTo(uuid);
        assertThat(domain.virsh("dumpxml")).contains(images().resolve("vda.qcow2").toString(), "52:54:00:12:34:56")
                .doesNotContain(domain.image("vda").toString(), "urn:io.virtnbd");
        assertThat(domain.virsh("checkpoint-list", "--name").strip()).isEmpty();
        domain.start();
        try (BackupRoutes routes = new BackupRoutes(domain.name(), directory.resolve("next"), "")) {
            assertThat(routes.backUp("auto").level()).isEqualTo("full");
        }
        // its variables are in use now
        remove(beside());
        Exchange again = restore(set, "&define=true&newName=" + domain.name());
        assertThat(again.getException()).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void aDiskThatIsNotRestoredIsAskedAbout() throws Exception {
        start();
        Path set = backUp();
        String options = "&disk=vda&define=true&newName=" + beside();
        assertNothingRestored(restore(set, options), MachineException.class, "vdb", "missingDisks");

        assertThat(restore(set, options + "&missingDisks=remove").getException()).isNull();
        assertThat(Virsh.run("dumpxml", beside())).contains(images().resolve("vda.qcow2").toString())
                .doesNotContain("vdb", domain.image("vdb").toString());
        assertImages("vda");

        remove(beside());
        assertThat(restore(set, options + "&missingDisks=keep&overwrite=true").getException()).isNull();
        assertThat(Virsh.run("dumpxml", beside())).contains(domain.image("vdb").toString());
    }

    @Test
    void definesTheDomainOfADifferentialOfVirtnbdbackup() throws Exception {
        start();
        Path set = directory.resolve("theirs");
        for (String level : new String[] {"full", "inc", "diff"}) {
            domain.guestWrite("vda", 0xc0 + level.length(), 2 * MIB, MIB);
            Tool.run("virtnbdbackup", "-d", domain.name(), "-l", level, "-o", set.toString(), "--socketfile",
                    directory.resolve("socket").toString());
        }
        snapshot();

        Exchange done = restore(set, "&define=true&newName=" + beside());

        assertThat(done.getException()).isNull();
        assertImages("vda", "vdb");
        assertThat(Virsh.run("dumpxml", beside())).contains(images().resolve("vda.qcow2").toString());
        assertThat(Files.mismatch(images().resolve(beside() + "_VARS.fd"), variables)).isEqualTo(-1);
    }
}
