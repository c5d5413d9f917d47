/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The component restores the sets that the reference made, until each of their checkpoints. */
@RequiresTools({"qemu-img", "qemu-nbd"})
class GoldenRestoreIT extends CamelTestSupport {

    private static final int INCREMENTS = 3;

    @TempDir
    Path directory;

    static Stream<Arguments> versions() {
        return Stream.of("plain", "lz4").flatMap(set -> Stream.of("raw", "qcow2").flatMap(format ->
                IntStream.rangeClosed(0, INCREMENTS + 1).mapToObj(version -> Arguments.of(set, format, version))));
    }

    /** @param version until which checkpoint; the one behind the increments is the differential, which ends the whole chain */
    @ParameterizedTest
    @MethodSource("versions")
    void restoresTheDiskAsItWas(String set, String format, int version) throws Exception {
        Path golden = Path.of(getClass().getResource("/golden/" + set).toURI());
        List<String> checksums = Files.readAllLines(golden.resolve("expected-raw.sha256"));
        Path image = directory.resolve("image");
        String until = version > INCREMENTS ? "" : "&until=virtnbdbackup." + version;

        Exchange exchange = template().send("virtnbd:restore?image=" + image + "&format=" + format + until,
                restore -> restore.getMessage().setBody(golden.toFile()));

        assertThat(exchange.getException()).isNull();
        Path raw = directory.resolve("raw");
        Tool.run("qemu-img", "convert", "-f", format, "-O", "raw", image.toString(), raw.toString());
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(raw))))
                .isEqualTo(checksums.get(version).substring(0, 64));
    }
}
