/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.scenario.BackupRoutes.Made;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import io.virtnbd.testing.Virsh;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup of a domain has beside its streams. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64", "virtnbdrestore"})
class SideFilesIT {

    private static final int MIB = 1 << 20;
    private static final String PASSWORD = "s3cr3t";

    @TempDir
    private Path directory;
    private TestDomain domain;

    @AfterEach
    void removeDomain() {
        domain.close();
    }

    private BackupRoutes routes(String directoryName, String options) throws Exception {
        return new BackupRoutes(domain.name(), directory.resolve(directoryName), options);
    }

    /** Flash with the code of a firmware that halts, and with its variables, which can be anything. */
    private Path firmware() throws IOException {
        byte[] code = new byte[64 << 10];
        byte[] halt = {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd};
        System.arraycopy(halt, 0, code, code.length - 16, halt.length);
        domain.os("<loader readonly='yes' type='pflash'>" + Files.write(directory.resolve("CODE.fd"), code) + "</loader>"
                + "<nvram>" + Files.write(directory.resolve("web VARS.fd"), random(64 << 10)) + "</nvram>");
        return directory.resolve("web VARS.fd");
    }

    /** They are loaded, and never run. */
    private void kernel() throws IOException {
        ByteBuffer kernel = ByteBuffer.wrap(random(32 << 10)).order(ByteOrder.LITTLE_ENDIAN);
        // Linux' Documentation/arch/x86/boot.rst: setup_sects, header, version, initrd_addr_max
        kernel.put(0x1f1, (byte) 4).put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII)).putShort(0x206, (short) 0x20b)
                .put(0x211, (byte) 1).putInt(0x22c, 0x7fffffff);
        domain.os("<kernel>" + Files.write(directory.resolve("vmlinuz"), kernel.array()) + "</kernel><initrd>"
                + Files.write(directory.resolve("initrd.img"), random(10_000)) + "</initrd><cmdline>quiet</cmdline>");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void assertSame(Path found, Path expected) {
        assertThat(found).hasSameBinaryContentAs(expected);
    }

    @Test
    void aSetHasWhatTheDomainIsStartedWithAndAManifestLast() throws Exception {
        domain = new TestDomain(directory).qcow2(8 * MIB);
        Path variables = firmware();
        kernel();
        domain.define().start();
        domain.guestWrite("vda", 0xa1, 0, MIB);
        try (BackupRoutes routes = routes("backups", "")) {
            Made full = routes.backUp("full");
            assertSet(routes, full);
            Path set = routes.set(full);
            Path before = Files.copy(variables, before(variables));
            Files.write(variables, random(32 << 10)); // the guest does so at any time
            Made increment = routes.backUp("inc");
            assertSet(routes, increment);
            assertSame(set.resolve("web VARS.fd." + full.checkpoint()), before);
            routes.verify(increment);

            domain.destroy();
            Made off = routes.backUp("auto");
            assertThat(routes.fileNames()).contains("CODE.fd." + off.checkpoint(), "initrd.img." + off.checkpoint())
                    .noneMatch(name -> name.startsWith("checkpoints/"));
            routes.verify(off);
        }
    }

    private void assertSet(BackupRoutes routes, Made made) throws IOException {
        String checkpoint = made.checkpoint();
        String manifestName = domain.name() + "." + checkpoint + ".json";
        String stream = made.level().equals("full") ? "vda.full.data" : "vda.inc." + checkpoint + ".data";
        assertThat(routes.fileNames()).startsWith(stream).endsWith(manifestName).containsExactlyInAnyOrder(stream,
                "vmconfig." + checkpoint + ".xml", "checkpoints/" + checkpoint + ".xml", "vda." + checkpoint + ".qcow.json",
                "CODE.fd." + checkpoint, "web VARS.fd." + checkpoint, "vmlinuz." + checkpoint, "initrd.img." + checkpoint,
                manifestName);
        Path set = routes.set(made);
        for (String name : List.of("CODE.fd", "web VARS.fd", "vmlinuz", "initrd.img")) {
            assertSame(set.resolve(name + "." + checkpoint), directory.resolve(name));
        }
        assertThat(set.resolve("vmconfig." + checkpoint + ".xml")).content().contains("<name>" + domain.name() + "</name>")
                .contains("<kernel>" + directory.resolve("vmlinuz") + "</kernel>")
                .doesNotContain("<alias name='virtio-disk0'/>");
        assertThat(set.resolve("checkpoints/" + checkpoint + ".xml")).content().contains("<name>" + checkpoint + "</name>")
                .contains("name='vda' checkpoint='bitmap'");
        JsonNode info = new ObjectMapper().readTree(set.resolve("vda." + checkpoint + ".qcow.json").toFile());
        assertThat(info.path("format").asText()).isEqualTo("qcow2");
        assertThat(info.path("virtual-size").asLong()).isEqualTo(8 * MIB);

        Manifest manifest = Manifest.read(set.resolve(manifestName));
        manifest.verify(set, true);
        assertThat(manifest.domain()).isEqualTo(domain.name());
        assertThat(manifest.level()).isEqualTo(made.level());
        assertThat(manifest.artifacts()).extracting(ManifestEntry::name)
                .containsExactlyElementsOf(routes.fileNames().subList(0, routes.fileNames().size() - 1));
        assertThat(manifest.artifacts()).allMatch(entry -> entry.sha256() != null);
    }

    @Test
    void passwordsAreLeftOutUnlessTheyAreAskedFor() throws Exception {
        domain = new TestDomain(directory).qcow2(MIB)
                .devices("<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='" + PASSWORD + "'/>")
                .define().start();
        assertThat(domainXml("without", "")).contains("<graphics type='vnc'").doesNotContain(PASSWORD).doesNotContain("passwd");
        assertThat(domainXml("with", "&includeSecrets=true")).contains("passwd='" + PASSWORD + "'");
        domain.destroy();
        assertThat(domainXml("off", "")).contains("<graphics type='vnc'").doesNotContain(PASSWORD);
        assertThat(domainXml("off-with", "&includeSecrets=true")).contains("passwd='" + PASSWORD + "'");
    }

    private String domainXml(String directoryName, String options) throws Exception {
        try (BackupRoutes routes = routes(directoryName, options)) {
            Made made = routes.backUp("copy");
            return Files.readString(routes.set(made).resolve("vmconfig." + made.checkpoint() + ".xml"));
        }
    }

    @Test
    void theReferenceRestoresTheFirmwareAndDefinesTheDomain() throws Exception {
        domain = new TestDomain(directory).qcow2(4 * MIB);
        Path variables = firmware();
        kernel();
        domain.define().start();
        domain.guestWrite("vda", 0xa1, 0, MIB);
        Path set;
        try (BackupRoutes routes = routes("backups", "")) {
            set = routes.set(routes.backUp("full"));
        }
        Path content = domain.snapshotContent("vda", directory.resolve("content"));
        domain.destroy();
        List<Path> lost = List.of(variables, directory.resolve("vmlinuz"), directory.resolve("initrd.img"));
        for (Path file : lost) {
            Files.move(file, before(file));
        }

        Path restored = directory.resolve("restored");
        String name = domain.name() + "-restored";
        String log = Tool.run("virtnbdrestore", "-i", set.toString(), "-o", restored.toString(), "-c", "-D", "-N", name);
        try {
            Path image = restored.resolve(domain.image("vda").getFileName());
            Tool.run("qemu-img", "convert", "-O", "raw", image.toString(), directory.resolve("restored.raw").toString());
            assertSame(directory.resolve("restored.raw"), content);
            for (Path file : lost) {
                assertThat(file).as(log).exists();
                assertSame(file, before(file));
            }
            assertThat(Virsh.run("dumpxml", name)).contains(image.toString()).contains(variables.toString());
        } finally {
            Virsh.run("undefine", name, "--nvram");
        }
    }

    private static Path before(Path file) {
        return file.resolveSibling(file.getFileName() + ".before");
    }
}
