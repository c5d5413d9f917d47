/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.nbd.server.RawFileExport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartIT {

    /** No multiple of anything. */
    private static final int SIZE = 20_000_003;
    private static final String IDENTICAL = "The restored disk is identical to the source: all %d bytes were compared.";

    @TempDir
    private Path directory;
    private RunScript script;

    @BeforeEach
    void prepare() throws IOException {
        script = new RunScript("quickstart", directory);
    }

    private Path output() {
        return directory.resolve("quickstart-output");
    }

    private Path image(String name) throws IOException {
        Path image = directory.resolve(name);
        byte[] data = new byte[3_000_000];
        new Random(11).nextBytes(data);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
            file.seek(1_234_567);
            file.write(data);
            file.seek(SIZE - 1000);
            file.write(data, 0, 1000);
        }
        return image;
    }

    private static void assertIdentical(RunScript.Result result, long bytes) {
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains(String.format(IDENTICAL, bytes));
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void backsUpRestoresAndComparesADemoDiskAgainAndAgain() throws Exception {
        RunScript.Result first = script.run();

        assertIdentical(first, 1L << 30);
        assertThat(first.out()).doesNotContain("\r").contains("make disk ", "back up ", "restore ", "compare ");
        assertThat(output().resolve("backup")).isDirectoryContaining("glob:**/vda.copy.data")
                .isDirectoryContaining("glob:**/vmconfig.virtnbd.0.xml")
                .isDirectoryContaining("glob:**/quickstart.virtnbd.0.json")
                .isDirectoryNotContaining("glob:**.part");
        assertThat(Files.mismatch(output().resolve("demo-disk.raw"), output().resolve("restored/vda.raw"))).isEqualTo(-1);
        long plain = Files.size(output().resolve("backup/vda.copy.data"));

        assertIdentical(script.run("--compression", "lz4"), 1L << 30);

        assertThat(Files.size(output().resolve("backup/vda.copy.data"))).isBetween(1L << 20, plain * 3 / 4);
    }

    @Test
    void buildsWhatIsNotBuilt() throws Exception {
        script.forgetBuild();
        RunScript.Result first = script.run("--help");
        RunScript.Result second = script.run("--help");

        assertThat(first.exitCode()).isZero();
        assertThat(first.out()).startsWith("Building camel-virtnbd").contains("usage: run");
        assertThat(second.out()).startsWith("Backs up a disk");
        assertThat(script.mavenCalls()).singleElement().asString().contains("-pl examples/quickstart -am").endsWith("package");
    }

    @Test
    void backsUpARawImage() throws Exception {
        Path image = image("disk.img");

        assertIdentical(script.run("disk.img", "--output", "a b"), SIZE);

        assertThat(Files.mismatch(image, directory.resolve("a b/restored/vda.raw"))).isEqualTo(-1);
    }

    @Test
    void backsUpAQcow2Image() throws Exception {
        Tools.require("qemu-img", "qemu-nbd");
        Path raw = image("disk.raw");
        Process convert = new ProcessBuilder("qemu-img", "convert", "-O", "qcow2", raw.toString(), "disk.qcow2")
                .directory(directory.toFile()).inheritIO().start();
        assertThat(convert.waitFor()).isZero();

        // qcow2 disks are whole sectors
        assertIdentical(script.run("disk.qcow2"), (SIZE + 511) / 512 * 512);

        assertThat(Files.mismatch(raw, output().resolve("restored/vda.raw"))).isEqualTo(SIZE);
    }

    @Test
    void saysWhatQemuNbdSaysOfABrokenImage() throws Exception {
        Tools.require("qemu-nbd");
        Files.write(directory.resolve("broken.qcow2"), new byte[] {'Q', 'F', 'I', (byte) 0xFB, 0, 0});

        RunScript.Result result = script.run("broken.qcow2");

        assertThat(result.err()).startsWith("quick start failed: qemu-nbd does not serve ").contains("broken.qcow2");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void backsUpAnExport() throws Exception {
        Path image = image("disk.raw");
        try (RawFileExport export = RawFileExport.readOnly(image);
                NbdServer server = NbdServer.builder().export("system disk", export).tcp(0).build().start()) {
            assertIdentical(script.run("--nbd", server.uri("system disk")), SIZE);
        }
        assertThat(Files.mismatch(image, output().resolve("restored/vda.raw"))).isEqualTo(-1);
    }

    @Test
    void failsWithoutAStackTraceWhereNothingIsServed() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        RunScript.Result result = script.run("--nbd", "nbd://localhost:" + port + "/vda");

        assertThat(result.err().lines()).singleElement().asString()
                .startsWith("quick start failed to back up: nbd://localhost:" + port + "/vda: cannot connect");
        assertThat(result.out()).doesNotContain("identical");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void leavesTheFilesOfOthersAlone() throws Exception {
        Path precious = Files.createDirectories(output().resolve("backup")).resolve("vda.copy.data");
        Files.writeString(precious, "precious");

        RunScript.Result result = script.run();

        assertThat(result.err()).contains(output() + " has files that are not of the example quickstart");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(precious).hasContent("precious");
        assertThat(output()).isDirectoryNotContaining("glob:**.raw");
    }

    @Test
    void refusesArgumentsThatMakeNoSense() throws Exception {
        RunScript.Result result = script.run("--compression", "zip");

        assertThat(result.err())
                .isEqualTo("quick start: compression 'zip', expected none or lz4; --help explains the arguments\n");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(output()).doesNotExist();
    }
}
