/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {

    @TempDir
    private Path directory;

    @Test
    void filesThatGoWhileTheyAreListedAreLeftOut() throws Exception {
        Files.createDirectories(directory.resolve("set"));
        Files.writeString(directory.resolve("set/stays"), "it");
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
            try {
                while (!over.get()) {
                    for (String at : new String[] {"lock", "set/lock"}) {
                        Files.createFile(directory.resolve(at));
                        Files.delete(directory.resolve(at));
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            for (int i = 0; i < 1000; i++) {
                assertThat(new DirectoryStore(directory).tree()).extracting(StoredFile::name).contains("set/stays");
                assertThat(new DirectoryStore(directory).files()).extracting(StoredFile::name).contains("set");
                new DirectoryStore(directory).tree((path, failure) -> {
                    throw new AssertionError(path, failure);
                });
            }
        } finally {
            over.set(true);
            others.join();
        }
    }

    @Test
    void linksAreFollowedAndOnesThatLeadNowhereAreListed() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("file"), "1234");
        Path place = Files.createDirectories(directory.resolve("place"));
        Files.createSymbolicLink(place.resolve("link"), elsewhere);
        Files.createSymbolicLink(place.resolve("nowhere"), directory.resolve("nothing"));

        assertThat(new DirectoryStore(place).tree()).extracting(StoredFile::name, StoredFile::bytes)
                .containsExactly(tuple("link/file", 4L),
                        tuple("nowhere", 0L));
        assertThatThrownBy(() -> new DirectoryStore(directory.resolve("nothing")).files())
                .isInstanceOf(NoSuchFileException.class);
    }
}
