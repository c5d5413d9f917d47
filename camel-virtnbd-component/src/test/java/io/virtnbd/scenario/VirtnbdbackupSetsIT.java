/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.camel.verify.DamagedBackupsException;
import io.virtnbd.chain.ChainException;
import io.virtnbd.testing.RandomGuest;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.TestDisk;
import io.virtnbd.testing.TestDomain;
import io.virtnbd.testing.Tool;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Adler32;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What virtnbdbackup made of a running domain, with times of files in no order, is restored to what the guest had. */
@RequiresTools({"libvirtd", "virsh", "qemu-img", "qemu-nbd", "qemu-system-x86_64", "virtnbdbackup", "virtnbdrestore"})
class VirtnbdbackupSetsIT {
    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;
    private final RestoreRoutes routes = new RestoreRoutes();
    private TestDomain domain;
    private Path set;
    private int files;
    private final List<Point> points = new ArrayList<>();

    /** What the disks were at a backup, and a time before the next one. */
    private record Point(String level, Map<String, Path> contents, LocalDateTime after) {
    }

    @AfterEach
    void removeDomain() {
        routes.close();
        domain.close();
    }

    private void start(long... sizes) throws IOException {
        set = directory.resolve("set");
        domain = new TestDomain(directory).qcow2(sizes).define().start();
    }

    private void backUp(String level, String... options) throws IOException {
        Map<String, Path> contents = new HashMap<>();
        for (TestDisk disk : domain.disks()) {
            contents.put(disk.target(), domain.snapshotContent(disk.target(), file("content")));
        }
        List<String> command = new ArrayList<>(List.of("virtnbdbackup", "-d", domain.name(), "-l", level, "-o", set.toString(),
                "-S", directory.toString(), "-f", directory.resolve("socket").toString(), "-n"));
        command.addAll(List.of(options));
        Tool.run(command.toArray(String[]::new));
        points.add(new Point(level, contents, LocalDateTime.now()));
    }

    private Path file(String name) {
        return directory.resolve(name + "-" + files++ + ".raw");
    }

    private void shuffleFileTimes() throws IOException {
        Random random = new Random(7);
        try (Stream<Path> all = Files.walk(set)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + random.nextInt(1_000_000_000)));
            }
        }
    }

    private Exchange restore(String disk, String until, String format, Path image) {
        Map<String, Object> headers = new HashMap<>(Map.of(VirtNbdConstants.DISK, disk, VirtNbdConstants.FORMAT, format));
        if (until != null) {
            headers.put(VirtNbdConstants.UNTIL, until);
        }
        return routes.toImage(set, image, headers);
    }

    private void assertRestored(Point point, String until, String format) throws IOException {
        for (Map.Entry<String, Path> disk : point.contents().entrySet()) {
            Path image = file(format);
            assertThat(restore(disk.getKey(), until, format, image).getException()).isNull();
            Tool.run("qemu-img", "compare", "-f", format, "-F", "raw", image.toString(), disk.getValue().toString());
            Files.delete(image);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void restoresEachPointOfTwoDisks(boolean compressed) throws Exception {
        start(24 * MIB, 10 * MIB);
        RandomGuest guest = new RandomGuest(domain, true);
        String[] options = compressed ? new String[] {"-z"} : new String[0];
        for (String level : List.of("full", "inc", "inc", "diff")) {
            guest.work(20);
            backUp(level, options);
        }
        shuffleFileTimes();

        assertThat(routes.verify(set).getException()).isNull();
        for (int i = 0; i < points.size(); i++) {
            assertRestored(points.get(i), i == points.size() - 1 ? null : "virtnbdbackup." + i, i % 2 == 0 ? "raw" : "qcow2");
            assertRestored(points.get(i), points.get(i).after().toString(), i % 2 == 0 ? "qcow2" : "raw");
        }
        allDisksAtOnce();
    }

    private void allDisksAtOnce() throws IOException {
        Exchange exchange = routes.send("virtnbd:restore?format=raw&directory=" + directory.resolve("all"), set, Map.of());
        assertThat(exchange.getException()).isNull();
        Map<?, ?> images = exchange.getMessage().getBody(Map.class);
        points.get(points.size() - 1).contents().forEach((disk, content) -> {
            try {
                assertThat(Files.mismatch(((File) images.get(disk)).toPath(), content)).as(disk).isEqualTo(-1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void restoresACopy(boolean compressed) throws Exception {
        start(12 * MIB);
        new RandomGuest(domain, true).work(30);
        backUp("copy", compressed ? new String[] {"-z"} : new String[0]);

        assertThat(routes.verify(set).getException()).isNull();
        assertRestored(points.get(0), null, compressed ? "raw" : "qcow2");
    }

    @Test
    void refusesASetWithoutAnIncrementThatTheReferenceRestoresWithSuccess() throws Exception {
        start(8 * MIB);
        for (String level : List.of("full", "inc", "inc")) {
            domain.guestWrite("vda", 1 + points.size(), points.size() * MIB, MIB);
            backUp(level);
        }
        Files.delete(set.resolve("vda.inc.virtnbdbackup.1.data"));

        Path image = directory.resolve("out/disk.raw");
        assertThat(restore("vda", null, "raw", image).getException()).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbdbackup.2.data").hasMessageContaining("virtnbdbackup.1");
        assertThat(image).doesNotExist();
        assertThat(routes.verify(set).getException()).isInstanceOf(DamagedBackupsException.class)
                .hasMessageContaining("vda.inc.virtnbdbackup.2.data").hasMessageContaining("virtnbdbackup.1");
        assertRestored(points.get(0), "virtnbdbackup.0", "raw");
        Tool.Result reference = Tool.tryRun("virtnbdrestore", "-i", set.toString(), "-o",
                directory.resolve("reference").toString(), "-f", directory.resolve("socket").toString());
        assertThat(reference.exitCode()).as(reference.output()).isZero();
    }

    /** Versions before 2 write no checksums: here is what later ones do. */
    @Test
    void findsAByteThatWasChangedInAnUncompressedStream() throws Exception {
        start(4 * MIB);
        domain.guestWrite("vda", 0xab, 0, MIB);
        backUp("full");
        Path stream = set.resolve("vda.full.data");
        byte[] bytes = Files.readAllBytes(stream);
        Adler32 checksum = new Adler32();
        checksum.update(bytes);
        Files.writeString(set.resolve("vda.full.data.chksum"), Long.toString(checksum.getValue()));
        assertThat(routes.verify(set).getException()).isNull();
        bytes[bytes.length / 2] ^= 4;
        Files.write(stream, bytes);

        Path image = directory.resolve("out/disk.raw");
        assertThat(routes.verify(set).getException()).hasMessageContaining("vda.full.data");
        assertThat(restore("vda", null, "raw", image).getException()).hasMessageContaining("vda.full.data");
        assertThat(image.getParent()).satisfiesAnyOf(out -> assertThat(out).doesNotExist(),
                out -> assertThat(out).isEmptyDirectory());
    }
}
