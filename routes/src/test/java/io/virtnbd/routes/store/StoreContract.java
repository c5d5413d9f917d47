/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.store.EndpointStore;
import io.virtnbd.camel.store.StoreException;
import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every Kamelet that is a store owes to the component, with a real server behind a network that fails. */
abstract class StoreContract {
    private static final int MIB = 1 << 20;
    /** Among what stands for something else in paths, patterns and URIs. */
    private static final String DOMAIN = "web [1]*?\\ +%41&=#;'~";
    private static final String DISK = DOMAIN + "/virtnbd.0/vda.full.data";

    @TempDir
    Path directory;
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private byte[] content;

    /** Starts the server. */
    abstract void startServer() throws Exception;

    abstract void stopServer() throws Exception;

    /** What is between the store and the server. */
    abstract FaultyProxy proxy();

    /** The Kamelet, with all that it needs. */
    abstract String store();

    /** Where the server keeps the files of the store. */
    abstract Path kept();

    /** Replaces a file by what the server takes for another one. */
    abstract void replace(String name, byte[] bytes) throws Exception;

    @BeforeEach
    void start() throws Exception {
        startServer();
        camel.start();
        content = new byte[3 * MIB];
        new Random(1).nextBytes(content);
        write(DISK, content);
        write(DOMAIN + "/virtnbd.0/web1.virtnbd.0.json", "{}".getBytes());
        write("web2/empty", new byte[0]);
    }

    @AfterEach
    void stop() throws Exception {
        camel.stop();
        stopServer();
    }

    void write(String name, byte[] bytes) throws IOException {
        Path file = kept().resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    EndpointStore endpoint() {
        return new EndpointStore(camel, store());
    }

    DefaultCamelContext camel() {
        return camel;
    }

    private static byte[] readAll(BackupStore store, String name) throws IOException {
        try (InputStream stream = store.open(name)) {
            return stream.readAllBytes();
        }
    }

    @Test
    void listsWhatIsThere() throws Exception {
        BackupStore store = endpoint();

        assertThat(store.tree()).extracting(StoredFile::name)
                .containsExactly(DISK, DOMAIN + "/virtnbd.0/web1.virtnbd.0.json", "web2/empty");
        assertThat(store.tree()).extracting(StoredFile::bytes).containsExactly((long) content.length, 2L, 0L);
        assertThat(endpoint().directory(DOMAIN + "/virtnbd.0").files()).extracting(StoredFile::name)
                .containsExactly("vda.full.data", "web1.virtnbd.0.json");
        assertThat(endpoint().directory("web").tree()).isEmpty();
    }

    @Test
    void listsMoreThanAPage() throws Exception {
        for (int i = 0; i < 1100; i++) {
            write("many/%05d".formatted(i), new byte[0]);
        }

        assertThat(endpoint().directory("many").files()).hasSize(1100);
    }

    @Test
    void readsWholeFilesAndParts() throws Exception {
        BackupStore store = endpoint();

        assertThat(Arrays.equals(readAll(store, DISK), content)).isTrue();
        assertThat(readAll(store, "web2/empty")).isEmpty();
        Random random = new Random(2);
        for (int i = 0; i < 20; i++) {
            int start = random.nextInt(content.length);
            ByteBuffer part = ByteBuffer.allocate(1 + random.nextInt(Math.min(i * 50_000 + 10, content.length - start)));
            store.read(DISK, start, part);
            assertThat(Arrays.equals(part.array(), Arrays.copyOfRange(content, start, start + part.capacity()))).isTrue();
        }
    }

    @Test
    void doesNotReadOnWhatIsClosed() throws Exception {
        BackupStore store = endpoint();
        for (int i = 0; i < 60; i++) { // more than there are connections, if each was kept
            try (InputStream stream = store.open(DISK)) {
                assertThat(stream.readNBytes(100)).isEqualTo(Arrays.copyOf(content, 100));
            }
        }
    }

    @Test
    void readsSeveralFilesAtOnce() throws Exception {
        BackupStore store = endpoint();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<byte[]>> readings = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                readings.add(threads.submit(() -> readAll(store, DISK)));
            }
            for (Future<byte[]> reading : readings) {
                assertThat(Arrays.equals(reading.get(), content)).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void goesOnWhereTheNetworkWasCut() throws Exception {
        BackupStore store = endpoint();
        store.tree();
        proxy().cutAfterReceived(MIB / 2, 4);

        assertThat(Arrays.equals(readAll(store, DISK), content)).isTrue();
        assertThat(proxy().faults()).isEqualTo(4);
    }

    @Test
    void tellsThatTheNetworkIsGone() throws Exception {
        BackupStore store = endpoint();
        store.tree();
        try (InputStream stream = store.open(DISK)) {
            stream.readNBytes(100);
            proxy().refuse();
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class).hasMessageContaining(DISK);
        }
        proxy().heal();
        assertThat(Arrays.equals(readAll(store, DISK), content)).isTrue();
    }

    @Test
    void endsAllConnectionsWhenItIsStoppedAlsoThoseThatNobodyHasGivenBack() throws Exception {
        InputStream abandoned = endpoint().open(DISK);
        assertThat(abandoned.readNBytes(100)).isEqualTo(Arrays.copyOf(content, 100));
        endpoint().tree();
        assertThat(proxy().connections()).isPositive();

        camel.stop();

        Awaitility.await().until(() -> proxy().connections() == 0);
    }

    @Test
    void tellsAFileThatIsNotThere() {
        assertThatThrownBy(() -> endpoint().open("web2/none")).isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("web2/none");
        assertThatThrownBy(() -> endpoint().read("web2/none", 0, ByteBuffer.allocate(1)))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void refusesAFileThatIsAnotherThanTheOneThatWasListed() throws Exception {
        replace(DISK, content); // as a server knows no tag of what it was not sent itself
        BackupStore store = endpoint();
        store.tree();
        content[0]++;
        replace(DISK, content);

        assertThatThrownBy(() -> store.open(DISK)).isInstanceOf(StoreException.class)
                .hasMessageContaining("expected the one that was listed, found another");
        assertThat(Arrays.equals(readAll(endpoint(), DISK), content)).isTrue();
    }

    @Test
    void deletes() throws Exception {
        BackupStore store = endpoint();

        store.delete(DISK);
        store.delete(DISK);

        assertThat(kept().resolve(DISK)).doesNotExist();
        assertThat(endpoint().tree()).hasSize(2);
    }
}
