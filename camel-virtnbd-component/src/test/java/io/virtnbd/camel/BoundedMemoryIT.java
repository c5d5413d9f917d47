/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.dataformat.Lz4DataFormat;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.engine.restore.StreamInput;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk of half a GiB passes through a route to files with a heap of 64 MiB, also when the sink fails midway. */
@RequiresTools("qemu-nbd")
class BoundedMemoryIT {

    private static final int PIECE = 1 << 20;
    private static final int PIECES = 550;
    private static final int RESIDENT_LIMIT_MIB = 256;
    private static final Pattern RESIDENT = Pattern.compile("VmHWM:\\s+([0-9]+) kB");

    @TempDir
    static Path shared;
    private static Path source;

    @TempDir
    Path directory;

    /** A little more than half a GiB of data, of which about half compresses, and some holes. */
    @BeforeAll
    static void makeDisk() throws IOException {
        source = shared.resolve("source.raw");
        Random random = new Random(9);
        byte[] noise = new byte[PIECE];
        random.nextBytes(noise);
        try (FileChannel channel = FileChannel.open(source, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < PIECES; i++) {
                byte[] piece = noise.clone();
                ByteBuffer.wrap(piece).putLong(random.nextLong());
                for (int j = 0; j < PIECE; j += 2 + random.nextInt(100)) {
                    piece[j] = (byte) (i % 2 == 0 ? j : piece[j] + 1);
                }
                if (i % 2 == 0) {
                    ByteBuffer.wrap(piece).position(PIECE / 4).put(new byte[PIECE / 2]);
                }
                channel.write(ByteBuffer.wrap(piece), (i + i / 50) * (long) PIECE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"disk,none", "disk,lz4", "segment,none", "segment,lz4", "frame,none", "frame,lz4"})
    void backsUpInBoundedMemory(String unit, String compression) throws Exception {
        Path set = directory.resolve("set");
        try (QemuNbd server = QemuNbd.serve(source, "raw")) {
            assertBounded(inLittleMemory(server, set, unit, compression), unit + " " + compression);
        }
        assertRestores(set, unit, compression);
    }

    private static Tool.Result inLittleMemory(QemuNbd server, Path set, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BoundedMemoryMain.class.getName(), server.uri(), set.toString()));
        command.addAll(List.of(arguments));
        return Tool.tryRun(command.toArray(String[]::new));
    }

    private static void assertBounded(Tool.Result result, String what) {
        assertThat(result.exitCode()).as(result.output()).isZero();
        Matcher resident = RESIDENT.matcher(result.output());
        assertThat(resident.find()).as(result.output()).isTrue();
        System.out.println(what + ": " + resident.group());
        assertThat(Long.parseLong(resident.group(1)) >> 10).isLessThanOrEqualTo(RESIDENT_LIMIT_MIB);
    }

    private void assertRestores(Path set, String unit, String compression) throws Exception {
        Path image = directory.resolve("restored.raw");
        List<StreamInput> streams = unit.equals("frame") ? List.of(StreamInput.of(joined(set, compression.equals("lz4"))))
                : BackupSets.inputs(BackupDirectory.read(set).chain(null, Until.NEWEST));
        DiskRestore.restore(streams, RestoreOptions.toImage(image, ImageFormat.RAW));
        assertThat(Files.mismatch(source, image)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"segment,lz4", "segment,none", "disk,none"})
    void deliversSideBySideInBoundedMemory(String unit, String compression) throws Exception {
        Path set = directory.resolve("set");
        try (QemuNbd server = QemuNbd.serve(source, "raw")) {
            assertBounded(inLittleMemory(server, set, unit, compression, "24m"), "side by side, " + unit + " " + compression);
        }
        assertRestores(set, unit, compression);
    }

    /** What the bound is for. */
    @Test
    void deliversSideBySideOnlyWithTheBound() throws Exception {
        try (QemuNbd server = QemuNbd.serve(source, "raw")) {
            Tool.Result result = inLittleMemory(server, directory.resolve("set"), "segment", "lz4", "1t");
            assertThat(result.exitCode()).as(result.output()).isNotZero();
            assertThat(result.output()).contains("OutOfMemoryError");
        }
    }

    /** The frames in a directory, decompressed one by one, as one stream. */
    private Path joined(Path set, boolean compressed) throws Exception {
        Path stream = directory.resolve("stream");
        long count;
        try (Stream<Path> files = Files.list(set)) {
            count = files.count();
        }
        try (OutputStream target = Files.newOutputStream(stream); DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            for (long i = 0; i < count; i++) {
                try (InputStream frame = Files.newInputStream(set.resolve("frame-" + i))) {
                    target.write(compressed ? (byte[]) new Lz4DataFormat().unmarshal(exchange, frame) : frame.readAllBytes());
                }
            }
        }
        return stream;
    }
}
