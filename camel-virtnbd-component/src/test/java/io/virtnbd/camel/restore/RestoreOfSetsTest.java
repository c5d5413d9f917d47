/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.RouteTestSupport;
import io.virtnbd.camel.source.BackupSets;
import io.virtnbd.chain.BackupDirectory;
import io.virtnbd.chain.BackupFileNames;
import io.virtnbd.chain.ChainCheck;
import io.virtnbd.chain.Level;
import io.virtnbd.chain.Manifest;
import io.virtnbd.chain.ManifestEntry;
import io.virtnbd.chain.Sha256;
import io.virtnbd.chain.Until;
import io.virtnbd.engine.restore.DiskRestore;
import io.virtnbd.engine.restore.ImageFormat;
import io.virtnbd.engine.restore.RestoreException;
import io.virtnbd.engine.restore.RestoreOptions;
import io.virtnbd.nbd.protocol.NbdUri;
import io.virtnbd.nbd.server.Export;
import io.virtnbd.nbd.server.MemoryExport;
import io.virtnbd.nbd.server.NbdServer;
import io.virtnbd.sparsestream.SparseStreamWriter;
import io.virtnbd.sparsestream.StreamMetadata;
import io.virtnbd.store.BackupStore;
import io.virtnbd.store.DirectoryStore;
import io.virtnbd.store.StoredFile;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a restore of a set keeps, compares and refuses. */
class RestoreOfSetsTest extends RouteTestSupport {

    private static final String DATE = "2026-01-02T03:04:05.000000";
    private static final int SIZE = 1 << 20;

    private Path set;
    private Path out;

    @BeforeEach
    void makeSet() throws IOException {
        set = Files.createDirectory(directory.resolve("set"));
        out = directory.resolve("out");
        Files.write(set.resolve(name("vda")), stream("vda", 1));
    }

    private static String name(String disk) {
        return BackupFileNames.stream(disk, Level.FULL, "virtnbd.0", 0);
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] stream(String disk, int seed) throws IOException {
        StreamMetadata metadata = StreamMetadata.builder().virtualSize(SIZE).diskName(disk).diskFormat("raw").dataSize(SIZE)
                .checkpointName("virtnbd.0").date(DATE).build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SparseStreamWriter writer = new SparseStreamWriter(bytes, metadata)) {
            byte[] content = content(seed);
            for (int at = 0; at < SIZE; at += SIZE / 4) {
                writer.data(at, ByteBuffer.wrap(content, at, SIZE / 4));
            }
            writer.stop();
        }
        return bytes.toByteArray();
    }

    private void writeManifest(String... disks) throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        for (String disk : disks) {
            Path file = set.resolve(name(disk));
            entries.add(new ManifestEntry(name(disk), Files.size(file), Sha256.of(file), "disk", disk));
        }
        Files.write(set.resolve(BackupFileNames.manifest("web1", "virtnbd.0")),
                new Manifest("web1", "full", "virtnbd.0", "", DATE, entries).toJson());
    }

    private Exchange restore(String options, Object body) {
        return template().send("virtnbd:restore?" + options, exchange -> exchange.getMessage().setBody(body));
    }

    @Test
    void severalDisksCannotShareAJournal() throws Exception {
        Files.write(set.resolve(name("vdb")), stream("vdb", 2));
        Path journal = directory.resolve("journal");

        Exchange refused = restore("format=raw&directory=" + out + "&journal=" + journal, set);

        assertThat(refused.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("journal is '" + journal + "', expected none for the 2 disks");
        assertThat(out).doesNotExist();
        assertThat(restore("format=raw&disk=vdb&directory=" + out + "&journal=" + journal, set).getException()).isNull();
        assertThat(out.resolve("vdb.raw")).hasBinaryContent(content(2));
        assertThat(journal).doesNotExist();
    }

    @Test
    void verifyComparesTheDisksOfDirectoriesAndOfLists() throws Exception {
        for (String check : List.of("full", "structure")) {
            assertThat(restore("verify=true&overwrite=true&format=raw&check=" + check + "&directory=" + out, set).getException())
                    .isNull();
            assertThat(out.resolve("vda.raw")).hasBinaryContent(content(1));
        }
        Path image = out.resolve("list.raw");
        assertThat(restore("verify=true&image=" + image, List.of(set.resolve(name("vda")))).getException()).isNull();
        assertThat(image).hasBinaryContent(content(1));
    }

    /** A target that keeps a byte otherwise than it was written. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void verifyFindsATargetThatKeepsAnotherByte(boolean list) throws Exception {
        int place = 700_001;
        MemoryExport memory = new MemoryExport(SIZE);
        Export faulty = (Export) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Export.class},
                (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(memory, arguments);
                        if (method.getName().equals("write")) {
                            memory.write(place, ByteBuffer.wrap(new byte[] {(byte) ~content(1)[place]}));
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        try (NbdServer server = NbdServer.builder().export("", faulty).unixSocket(directory.resolve("s")).build()) {
            server.start();
            NbdUri uri = NbdUri.parse(server.uri(""));
            Object body = list ? List.of(set.resolve(name("vda"))) : set;

            Exchange exchange = restore("verify=true&nbdUri=" + uri, body);

            assertThat(exchange.getException()).isInstanceOf(RestoreException.class)
                    .hasMessageContaining("the restored disk vda differs").hasMessageContaining("at byte " + place);
        }
    }

    /** What is complete of a set is not restored again, nor in the way, when the set is. */
    @Test
    void aSetOfDisksGoesOnBehindTheDisksThatWereComplete() throws Exception {
        byte[] second = stream("vdb", 2);
        Path damaged = set.resolve(name("vdb"));
        Files.write(damaged, second);
        writeManifest("vda", "vdb");
        second[1000] ^= 1;
        Files.write(damaged, second);
        String options = "format=raw&concurrentDisks=1&check=structure&directory=" + out;

        assertThat(restore(options, set).getException()).hasMessageContaining("SHA-256");
        assertThat(out.toFile().list()).containsExactlyInAnyOrder("vda.raw", "vda.raw.partial.journal");
        Object file = Files.getAttribute(out.resolve("vda.raw"), "unix:ino");

        second[1000] ^= 1;
        Files.write(damaged, second);
        Exchange again = restore(options, set);

        assertThat(again.getException()).isNull();
        assertThat(again.getMessage().getBody(Map.class)).containsOnlyKeys("vda", "vdb");
        assertThat(Files.getAttribute(out.resolve("vda.raw"), "unix:ino")).isEqualTo(file);
        assertThat(out.resolve("vdb.raw")).hasBinaryContent(content(2));
        assertThat(out.toFile().list()).containsExactlyInAnyOrder("vda.raw", "vdb.raw");
        assertThat(restore(options, set).getException()).hasMessageContaining("is there already, nothing was restored");
    }

    /** Streams that are checked as they are read have no path, and neither have those of a store. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoreThatFailsInTheMiddleOfAStreamLeavesARestoreThatGoesOn(boolean damagedBefore) throws Exception {
        writeManifest("vda");
        FailingStore store = new FailingStore(new DirectoryStore(set));
        Path image = directory.resolve("disk.raw");
        RestoreOptions options = RestoreOptions
                .toImage(image, ImageFormat.RAW).withSyncInterval(1);
        store.left = SIZE / 2;
        assertThat(failure(store, options)).hasMessage("connection lost");
        assertThat(directory.toFile().list()).contains("disk.raw.partial", "disk.raw.partial.journal").doesNotContain("disk.raw");
        store.left = Long.MAX_VALUE;
        if (damagedBefore) {
            // in what the first attempt has applied: that is read again, too
            byte[] bytes = Files.readAllBytes(set.resolve(name("vda")));
            bytes[2000] ^= 1;
            Files.write(set.resolve(name("vda")), bytes);
            assertThat(failure(store, options)).hasMessageContaining("SHA-256");
            assertThat(directory.toFile().list()).doesNotContain("disk.raw", "disk.raw.partial", "disk.raw.partial.journal");
        } else {
            assertThat(failure(store, options)).isNull();
            assertThat(image).hasBinaryContent(content(1));
            assertThat(directory.toFile().list()).doesNotContain("disk.raw.partial", "disk.raw.partial.journal");
        }
    }

    private static Throwable failure(BackupStore store, RestoreOptions options) throws IOException {
        var found = BackupDirectory.read(store);
        var chains = List.of(found.chain("vda", Until.NEWEST));
        try {
            DiskRestore.restore(
                    BackupSets.inputs(ChainCheck.whileRead(found, chains).get(0)), options);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Test
    void onlyStreamsThatNothingCanCheckAreNamed() throws Exception {
        var chains = List.of(BackupDirectory.read(set).chain("vda", Until.NEWEST));
        assertThat(ChainCheck.withoutChecksum(BackupDirectory.read(set), chains))
                .containsExactly(name("vda"));
        writeManifest("vda");
        assertThat(ChainCheck.withoutChecksum(BackupDirectory.read(set), chains)).isEmpty();
    }

    /** A store whose connection breaks after so many bytes of streams. */
    private static final class FailingStore implements BackupStore {

        private final BackupStore store;
        private long left = Long.MAX_VALUE;

        FailingStore(BackupStore store) {
            this.store = store;
        }

        @Override
        public String name() {
            return store.name();
        }

        @Override
        public List<StoredFile> files() throws IOException {
            return store.files().stream().map(file -> new StoredFile(this, file.name(), file.bytes())).toList();
        }

        @Override
        public List<StoredFile> tree() throws IOException {
            return files();
        }

        @Override
        public BackupStore directory(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public InputStream open(String file) throws IOException {
            return new FilterInputStream(store.open(file)) {
                private long delivered;

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    if (delivered >= left) {
                        throw new IOException("connection lost");
                    }
                    int count = super.read(target, offset, (int) Math.min(length, left - delivered));
                    delivered += Math.max(count, 0);
                    return count;
                }
            };
        }

        @Override
        public void read(String file, long offset, ByteBuffer target) throws IOException {
            store.read(file, offset, target);
        }

        @Override
        public void delete(String file) {
            throw new UnsupportedOperationException();
        }
    }
}
