/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.Chain;
import io.virtnbd.chain.ChainException;
import io.virtnbd.chain.Until;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chain in a store where each reading is a request. */
class StoreImageTest {

    @TempDir
    Path directory;

    /** A store of files that nobody can get as such. */
    private static final class Requests implements BackupStore {

        private final BackupStore files;
        private final boolean seekable;
        private final AtomicInteger reads = new AtomicInteger();

        Requests(Path directory, boolean seekable) {
            this.files = new DirectoryStore(directory);
            this.seekable = seekable;
        }

        @Override
        public String name() {
            return "bucket";
        }

        @Override
        public List<StoredFile> files() throws IOException {
            return files.files().stream().map(file -> new StoredFile(this, file.name(), file.bytes())).toList();
        }

        @Override
        public List<StoredFile> tree() throws IOException {
            return files();
        }

        @Override
        public BackupStore directory(String below) {
            throw new UnsupportedOperationException();
        }

        @Override
        public InputStream open(String file) throws IOException {
            return files.open(file);
        }

        @Override
        public void read(String file, long offset, ByteBuffer target) throws IOException {
            reads.incrementAndGet();
            files.read(file, offset, target);
        }

        @Override
        public boolean seekable() {
            return seekable;
        }

        @Override
        public void delete(String file) {
            throw new UnsupportedOperationException();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void readsTheSameAsFromFiles(long seed) throws IOException {
        RandomChain chain = new RandomChain(directory, new Random(seed)).make(1_000_000, 3);
        Chain stored = BackupDirectory.read(new Requests(directory, true)).chain("vda", Until.NEWEST);
        byte[] expected = chain.content();
        Random random = new Random(seed);
        try (ChainImage image = ChainImage.open(stored, new ImageOptions(random.nextInt(1 << 20), 2))) {
            for (int i = 0; i < 100; i++) {
                int offset = random.nextInt(expected.length);
                int length = random.nextInt(Math.min(expected.length - offset, 300_000)) + 1;
                ByteBuffer buffer = ByteBuffer.allocate(length);
                image.read(offset, buffer);
                assertThat(buffer.array()).as("seed %d, %d bytes at %d", seed, length, offset)
                        .isEqualTo(Arrays.copyOfRange(expected, offset, offset + length));
            }
        }
    }

    @Test
    void whatWasReadIsNotRequestedAgain() throws IOException {
        new RandomChain(directory, new Random(1)).make(100_000, 0);
        Requests store = new Requests(directory, true);
        try (ChainImage image = ChainImage.open(BackupDirectory.read(store).chain("vda", Until.NEWEST), ImageOptions.DEFAULT)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) image.size());
            image.read(0, buffer);
            int reads = store.reads.get();
            image.read(0, buffer.clear());
            assertThat(store.reads).hasValue(reads);
        }
    }

    @Test
    void aStoreThatCannotReadPartsIsRefused() throws IOException {
        new RandomChain(directory, new Random(1)).make(100_000, 0);
        Chain chain = BackupDirectory.read(new Requests(directory, false)).chain("vda", Until.NEWEST);
        assertThatThrownBy(() -> ChainImage.open(chain, ImageOptions.DEFAULT)).isInstanceOf(ChainException.class)
                .hasMessageContaining("reads parts of files");
    }
}
