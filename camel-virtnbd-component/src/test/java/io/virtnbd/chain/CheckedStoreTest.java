/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckedStoreTest {
    @TempDir
    Path directory;

    private StoredFile file(byte[] found, byte[] expected) throws IOException {
        Path other = Files.write(directory.resolve("other"), expected);
        Files.write(directory.resolve("vda.full.data"), found);
        return CheckedStore.file(new StoredFile(new DirectoryStore(directory), "vda.full.data", found.length), Sha256.of(other));
    }

    @Test
    void readsWhatIsAsItsManifestSays() throws IOException {
        StoredFile file = file(new byte[] {1, 2, 3}, new byte[] {1, 2, 3});

        assertThat(file.path()).isEmpty();
        try (InputStream in = file.open()) {
            assertThat(in.skip(1)).isOne();
            assertThat(in.read()).isEqualTo(2);
            assertThat(in.readAllBytes()).containsExactly(3);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void failsInPlaceOfTheEndOfAnythingElse() throws IOException {
        try (InputStream in = file(new byte[] {1, 2, 3}, new byte[] {1, 2, 4}).open()) {
            assertThat(in.readNBytes(3)).containsExactly(1, 2, 3);
            assertThatThrownBy(in::read).isInstanceOf(ChainException.class)
                    .hasMessageContaining("vda.full.data: expected SHA-256");
        }
    }
}
