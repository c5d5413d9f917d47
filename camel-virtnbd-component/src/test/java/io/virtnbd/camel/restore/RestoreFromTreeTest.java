/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two domains' backups, as virtnbdbackup writes them, below one directory. */
class RestoreFromTreeTest extends RouteTestSupport {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    private Path tree;
    private Path image;

    @BeforeEach
    void copySets() throws IOException {
        tree = directory.resolve("backups");
        image = directory.resolve("disk.raw");
        for (String set : List.of("plain", "lz4")) {
            Path target = Files.createDirectories(tree.resolve(set));
            try (Stream<Path> files = Files.list(GOLDEN.resolve(set))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
        }
    }

    private Exchange send(String uri) {
        return template().send(uri, exchange -> { });
    }

    private void damage(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @CsvSource({"virtnbdbackup.1, 1", "2026-11-22T10:08:47, 0", "2026-11-22T10:08:49, 2", "2026-11-22, 4", "'', 4"})
    void restoresTheDomainsDiskUntilACheckpointOrATime(String until, int line) throws Exception {
        Exchange exchange = send("virtnbd:restore:goldplain?directory=" + tree + "&image=" + image
                + (until.isEmpty() ? "" : "&until=" + until));

        assertThat(exchange.getException()).isNull();
        assertThat(Sha256.of(image))
                .isEqualTo(Files.readAllLines(GOLDEN.resolve("plain/expected-raw.sha256")).get(line).substring(0, 64));
    }

    @Test
    void takesTheDomainFromTheHeader() {
        Exchange exchange = template().send("virtnbd:inspect?directory=" + tree,
                each -> each.getMessage().setHeader(VirtNbdConstants.DOMAIN, "goldlz4"));

        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody().toString()).contains("vda.diff.1795342089.data");
    }

    @Test
    void needsNoDomainForADirectoryThatIsASetItself() {
        assertThat(send("virtnbd:inspect:other?directory=" + tree.resolve("plain")).getException()).isNull();
    }

    @Test
    void listsTheDomainsWhereNoneIsNamed() {
        assertThat(send("virtnbd:inspect?directory=" + tree).getException()).isInstanceOf(ChainException.class)
                .hasMessageContainingAll("goldplain", "goldlz4", "name the domain");
        assertThat(send("virtnbd:inspect:web1?directory=" + tree).getException()).isInstanceOf(ChainException.class)
                .hasMessageContainingAll("of domain 'web1'", "goldplain", "goldlz4");
    }

    @Test
    void findsADamagedStreamBeforeTheFirstWrite() throws Exception {
        damage(tree.resolve("plain/vda.inc.virtnbdbackup.2.data"), 2000);

        Exchange exchange = send("virtnbd:restore:goldplain?directory=" + tree + "&image=" + image);

        assertThat(exchange.getException()).isInstanceOf(ChainException.class)
                .hasMessageContaining("vda.inc.virtnbdbackup.2.data: expected Adler-32");
        assertThat(directory.toFile().list()).containsExactly("backups");
    }

    @Test
    void readsNoPayloadBeforeTheFirstWriteWhereOnlyTheStructureIsChecked() throws Exception {
        damage(tree.resolve("plain/vda.inc.virtnbdbackup.2.data"), 2000);

        assertThat(send("virtnbd:restore:goldplain?check=structure&directory=" + tree + "&image=" + image).getException()).isNull();
    }
}
