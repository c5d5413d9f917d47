/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupCatalogTest {

    @TempDir
    Path directory;

    private StreamSet set(String path) throws IOException {
        return new StreamSet(Files.createDirectories(directory.resolve(path)));
    }

    private BackupCatalog read() throws IOException {
        return BackupCatalog.read(new DirectoryStore(directory));
    }

    @Test
    void tellsDomainsAndChainsApart() throws Exception {
        set("web1/virtnbd.0").lineOf("web1", 0, 2);
        set("web1/virtnbd.3").lineOf("web1", 3, 4);
        set("db1/virtnbd.0").lineOf("db1", 0, 1);
        Files.writeString(directory.resolve("notes.json"), "{}");

        BackupCatalog catalog = read();

        assertThat(catalog.sets()).extracting(BackupSet::path).containsExactly("db1/virtnbd.0", "web1/virtnbd.0", "web1/virtnbd.3");
        assertThat(catalog.sets()).extracting(BackupSet::domain)
                .containsExactly(Optional.of("db1"), Optional.of("web1"), Optional.of("web1"));
        assertThat(catalog.sets()).extracting(BackupSet::chain)
                .containsExactly(Optional.of("virtnbd.0"), Optional.of("virtnbd.0"), Optional.of("virtnbd.3"));
        assertThat(catalog.find("web1", null).path()).isEqualTo("web1/virtnbd.3");
        assertThat(catalog.find("web1", "virtnbd.0").path()).isEqualTo("web1/virtnbd.0");
        assertThat(catalog.find("db1", null).directory().disks()).containsExactly("vda");
    }

    @Test
    void takesTheChainWithTheNewestBackup() throws Exception {
        set("web1/a").lineOf("web1", 0, 5);
        set("web1/b").lineOf("web1", 3, 3);

        assertThat(read().find("web1", null).path()).isEqualTo("web1/a");
    }

    @Test
    void listsTheCandidatesWhereNothingTells() throws Exception {
        set("web1/a").lineOf("web1", 0, 1);
        set("web1/b").lineOf("web1", 0, 1);
        set("db1").lineOf("db1", 0, 1);

        assertThatThrownBy(() -> read().find("web1", null)).isInstanceOf(ChainException.class)
                .hasMessageContainingAll("web1/a (domain web1, chain virtnbd.0) to virtnbd.1", "web1/b", "name the chain")
                .hasMessageNotContaining("db1");
        assertThatThrownBy(() -> read().find("web1", "virtnbd.0")).hasMessageContaining("expected one backup set");
        assertThatThrownBy(() -> read().find(null, null)).hasMessageContainingAll("web1", "db1", "name the domain");
        assertThatThrownBy(() -> read().find("web2", null)).hasMessageContainingAll("of domain 'web2', found", "web1", "db1");
        assertThatThrownBy(() -> read().find("db1", "virtnbd.7")).hasMessageContaining("of chain 'virtnbd.7', found")
                .hasMessageNotContaining("web1");
        assertThat(read().find("web1", "b").path()).isEqualTo("web1/b");
    }

    @Test
    void knowsTheDomainsOfVirtnbdbackup() throws Exception {
        for (String name : new String[] {"plain", "lz4"}) {
            Path golden = Path.of(BackupCatalogTest.class.getResource("/golden/" + name).toURI());
            try (Stream<Path> files = Files.list(golden)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, Files.createDirectories(directory.resolve(name)).resolve(file.getFileName()));
                }
            }
        }

        assertThat(read().find("goldplain", null).chain()).contains("virtnbdbackup.0");
        Files.delete(directory.resolve("lz4/goldlz4.cpt"));
        assertThat(read().find("goldlz4", null).path()).isEqualTo("lz4");
    }

    @Test
    void goesByTheDirectoryWhereNoFileTellsTheDomain() throws Exception {
        set("web1/first").line(1);
        set("web2/first").line(1);

        assertThat(read().find("web2", null).path()).isEqualTo("web2/first");
        assertThat(read().find("web2", "first").domain()).isEmpty();
    }

    @Test
    void findsOneOfSeveralChainsInADirectory() throws Exception {
        StreamSet set = set("web1").lineOf("web1", 0, 1);
        set.write("vda.copy.data", set.base(2).build()).manifest("web1", 2, "", "vda.copy.data");

        assertThat(read().sets()).hasSize(1);
        assertThat(read().find("web1", null).chains()).containsExactlyInAnyOrder("virtnbd.0", "virtnbd.2");
        BackupSet found = read().find("web1", "virtnbd.0");
        assertThat(found.chain()).contains("virtnbd.0");
        assertThat(StreamSet.fileNames(found.directory().chain("vda", Until.NEWEST)))
                .containsExactly("vda.full.data", "vda.inc.virtnbd.1.data");
    }

    @Test
    void doesNotPassOverWhatItCannotRead() throws Exception {
        set("web1/virtnbd.0").lineOf("web1", 0, 1);
        set("db1/virtnbd.0").lineOf("db1", 0, 1);
        Files.createSymbolicLink(directory.resolve("web1/virtnbd.9"), directory.resolve("web1"));

        BackupCatalog catalog = read();

        assertThat(catalog.unreadable()).containsOnlyKeys("web1/virtnbd.9");
        assertThatThrownBy(() -> catalog.find("web1", null)).isInstanceOf(ChainException.class)
                .hasMessageContaining("web1/virtnbd.9 cannot be read");
        assertThat(catalog.find("db1", null).path()).isEqualTo("db1/virtnbd.0");
    }

    @Test
    void seesASetWhoseStreamsWereLost() throws Exception {
        set("web1").lineOf("web1", 0, 0).delete("vda.full.data");

        BackupSet lost = read().find("web1", null);

        assertThat(lost.chain()).isEmpty();
        assertThat(lost.directory().disks()).containsExactly("vda");
    }

    @Test
    void saysThatThereIsNothing() {
        assertThatThrownBy(() -> read().find("web1", null)).isInstanceOf(ChainException.class).hasMessageContaining("no backups");
    }
}
