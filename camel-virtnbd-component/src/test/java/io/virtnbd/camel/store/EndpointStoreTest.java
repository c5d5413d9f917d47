/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.store.BackupStore;
import io.virtnbd.store.StoredFile;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointStoreTest {
    private static final String FULL = "web1/virtnbd.0/vda.full.data";

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger open = new AtomicInteger();
    private Answer answer = this::answer;
    private boolean seekable = true;
    private EndpointStore store;

    private interface Answer {
        void give(Message message) throws Exception;
    }

    @BeforeEach
    void startStore() throws Exception {
        camel.setStreamCaching(true);
        RouteBuilder.addRoutes(camel, routes -> {
            routes.errorHandler(routes.noErrorHandler());
            // as users write it: with steps before and after, which Camel would copy the body for
            routes.from("direct:store").to("direct:files").setProperty("after").constant(true);
            routes.from("direct:files").process(exchange -> answer.give(exchange.getMessage()));
        });
        camel.start();
        store = new EndpointStore(new StoreRequest(camel, "direct:store", 0));
        files.put(FULL, random(100_000));
        files.put("web1/virtnbd.0/web1.virtnbd.0.json", random(300));
        files.put("web1/virtnbd.9/empty", new byte[0]);
        files.put("web2/x", random(20));
    }

    @AfterEach
    void stop() {
        camel.stop();
        assertThat(open).as("answers that nobody has closed").hasValue(0);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void answer(Message message) throws IOException {
        String operation = message.getHeader(StoreHeaders.OPERATION, String.class);
        String name = message.getHeader(Exchange.FILE_NAME, String.class);
        Long start = message.getHeader(StoreHeaders.RANGE_START, Long.class);
        Long end = message.getHeader(StoreHeaders.RANGE_END, Long.class);
        requests.add(operation + " " + name + (start == null ? "" : " " + start + "-" + end));
        switch (operation) {
            case StoreHeaders.LIST -> {
                message.setBody(files.entrySet().stream().filter(file -> file.getKey().startsWith(name))
                        .map(file -> Map.of("name", file.getKey(), "bytes", file.getValue().length)).toList());
                message.setHeader(StoreHeaders.SEEKABLE, seekable);
            }
            case StoreHeaders.READ -> {
                byte[] bytes = files.get(name);
                if (bytes == null) {
                    throw new NoSuchFileException(name);
                }
                body(message, new ByteArrayInputStream(start == null ? bytes
                        : Arrays.copyOfRange(bytes, start.intValue(), Math.min(bytes.length, end.intValue() + 1))));
            }
            default -> files.remove(name);
        }
    }

    private void body(Message message, InputStream stream) {
        open.incrementAndGet();
        message.getExchange().getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange exchange) {
                open.decrementAndGet();
            }
        });
        message.setBody(stream);
    }

    /** A body that breaks after some bytes. */
    private static InputStream breaking(byte[] bytes, int after, IOException failure) {
        return new InputStream() {
            private int position;

            @Override
            public int read() throws IOException {
                if (position == after) {
                    throw failure;
                }
                return bytes[position++] & 0xff;
            }
        };
    }

    private byte[] readAll(BackupStore from, String name) throws IOException {
        try (InputStream stream = from.open(name)) {
            return stream.readAllBytes();
        }
    }

    @Test
    void listsOnceForAllPlacesBelow() throws Exception {
        assertThat(store.tree()).extracting(StoredFile::name).containsExactlyElementsOf(files.keySet());
        assertThat(store.files()).isEmpty();
        BackupStore chain = store.directory("web1").directory("virtnbd.0");

        assertThat(chain.files()).extracting(StoredFile::name).containsExactly("vda.full.data", "web1.virtnbd.0.json");
        assertThat(chain.files().get(0).bytes()).isEqualTo(100_000);
        assertThat(chain.files().get(0)).hasToString("direct:store/web1/virtnbd.0/vda.full.data");
        assertThat(store.directory("none").tree()).isEmpty();
        assertThat(requests).containsExactly("list ");
    }

    @Test
    void listsNoMoreThanThePlaceThatIsAskedFor() throws Exception {
        BackupStore web2 = store.directory("web2/");

        assertThat(web2.tree()).extracting(StoredFile::name).containsExactly("x");
        assertThat(readAll(web2, "x")).isEqualTo(files.get("web2/x"));
        assertThat(requests).containsExactly("list web2/", "read web2/x");
    }

    @Test
    void passesOverWhatIsElsewhereOrHasNoPathAsItsName() throws Exception {
        answer = message -> message.setBody(List.of(Map.of("name", "a/b", "bytes", "7"), Map.of("name", "c/", "bytes", 0),
                Map.of("name", "a/../../etc/passwd", "bytes", 1), Map.of("name", "", "bytes", 1), Map.of("name", "b", "bytes", 1)));

        assertThat(store.directory("a").tree()).extracting(StoredFile::name, StoredFile::bytes)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("b", 7L));
        assertThat(store.seekable()).isFalse();
    }

    @Test
    void saysWhatIsWrongWithAList() {
        answer = message -> message.setBody("a text");
        assertThatThrownBy(store::tree).isInstanceOf(StoreException.class)
                .hasMessage("direct:store: expected a list of files as the answer to list, found a java.lang.String");
        answer = message -> message.setBody(List.of(Map.of("name", "a", "bytes", -1)));
        assertThatThrownBy(store::tree).isInstanceOf(StoreException.class).hasMessageContaining("0 or more");
    }

    @Test
    void readsAWholeFileAsItComes() throws Exception {
        AtomicInteger read = new AtomicInteger();
        byte[] content = files.get(FULL);
        answer = message -> body(message, new FilterInputStream(new ByteArrayInputStream(content)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = super.read(target, offset, length);
                read.addAndGet(count);
                return count;
            }
        });

        try (InputStream stream = store.open(FULL)) {
            assertThat(read).as("bytes that were copied before anybody asked").hasValue(0);
            assertThat(open).as("answers that are done").hasValue(1);
            assertThat(stream.readAllBytes()).isEqualTo(content);
            assertThat(open).hasValue(1);
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void readsParts() throws Exception {
        ByteBuffer part = ByteBuffer.allocate(5000);
        store.read(FULL, 70_000, part);
        assertThat(part.array()).isEqualTo(Arrays.copyOfRange(files.get(FULL), 70_000, 75_000));
        assertThat(requests).containsExactly("list ", "read " + FULL + " 70000-74999");

        store.read(FULL, 100_000, ByteBuffer.allocate(0));
        assertThatThrownBy(() -> store.read(FULL, 99_999, ByteBuffer.allocate(2))).isInstanceOf(EOFException.class)
                .hasMessage("direct:store/" + FULL + ": expected at least 100001 bytes, found 100000");
        assertThat(requests).hasSize(2);
    }

    @Test
    void readsNoPartsWhereTheStoreCannot() throws Exception {
        seekable = false;

        assertThatThrownBy(() -> store.read(FULL, 1, ByteBuffer.allocate(1))).isInstanceOf(UnsupportedOperationException.class);
        assertThat(readAll(store, FULL)).isEqualTo(files.get(FULL));
    }

    @Test
    void goesOnWhereAConnectionHasBroken() throws Exception {
        store.tree();
        answer = message -> {
            if (message.getHeader(StoreHeaders.RANGE_START) == null) {
                requests.add("first");
                body(message, breaking(files.get(FULL), 60_000, new IOException("reset")));
            } else if (message.getHeader(StoreHeaders.RANGE_START, Long.class) == 60_000) {
                requests.add("second");
                // ends too soon without an error
                body(message, new ByteArrayInputStream(files.get(FULL), 60_000, 10_000));
            } else {
                answer(message);
            }
        };

        assertThat(readAll(store, FULL)).isEqualTo(files.get(FULL));
        assertThat(requests).containsExactly("list ", "first", "second", "read " + FULL + " 70000-99999");
    }

    @Test
    void givesUpWhereNothingMoreComes() throws Exception {
        store.tree();
        answer = message -> {
            requests.add("read");
            body(message, breaking(files.get(FULL), message.getHeader(StoreHeaders.RANGE_START) == null ? 60_000 : 0,
                    new IOException("reset")));
        };

        assertThatThrownBy(() -> readAll(store, FULL)).isInstanceOf(IOException.class).hasMessage("reset");
        assertThat(requests).hasSize(1 + 7);
    }

    @Test
    void namesWhatIsMissingWhereItCannotGoOn() throws Exception {
        seekable = false;
        store.tree();
        answer = message -> body(message, new ByteArrayInputStream(files.get(FULL), 0, 40_000));

        assertThatThrownBy(() -> readAll(store, FULL)).isInstanceOf(EOFException.class)
                .hasMessage("direct:store/" + FULL + ": expected 100000 bytes, found 40000");
    }

    @Test
    void refusesMoreBytesThanItHasAskedFor() throws Exception {
        store.tree();
        answer = message -> body(message, new ByteArrayInputStream(new byte[200_000]));

        assertThatThrownBy(() -> readAll(store, FULL)).isInstanceOf(StoreException.class)
                .hasMessage("direct:store/" + FULL + ": expected 100000 bytes, found more");
        assertThatThrownBy(() -> store.read(FULL, 10, ByteBuffer.allocate(5))).isInstanceOf(StoreException.class)
                .hasMessage("direct:store/" + FULL + ": expected 5 bytes from 10 on, found more");
    }

    @Test
    void tellsAFileThatIsNotThere() {
        assertThatThrownBy(() -> store.open("web1/none")).isInstanceOf(NoSuchFileException.class)
                .hasMessage("direct:store/web1/none");
        answer = message -> {
            throw new CamelExecutionException("not found", message.getExchange(), new NoSuchFileException("of another name"));
        };
        assertThatThrownBy(() -> store.open("web1/none")).isInstanceOf(NoSuchFileException.class);
        answer = message -> message.setBody(null);
        assertThatThrownBy(() -> store.open("web1/none")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void tellsWhichRequestHasFailed() {
        answer = message -> {
            throw new IllegalStateException("no room\nin the log");
        };
        assertThatThrownBy(() -> store.open(FULL)).isInstanceOf(StoreException.class)
                .hasMessage("direct:store/" + FULL + ": read failed: no room?in the log")
                .hasCauseInstanceOf(IllegalStateException.class);
        answer = message -> message.setBody(new Object());
        assertThatThrownBy(() -> store.open(FULL)).isInstanceOf(StoreException.class)
                .hasMessageContaining("expected a body that can be read as a stream");
        assertThatThrownBy(() -> new EndpointStore(camel, "nowhere:x?secretKey=abc").tree())
                .isInstanceOf(StoreException.class).hasMessageNotContaining("abc");
    }

    @Test
    void refusesNamesThatLeadElsewhere() {
        for (String name : List.of("../x", "/etc/passwd", "a//b", "", "a/./b", "a/")) {
            assertThatThrownBy(() -> store.open(name)).as(name).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> store.delete(name)).as(name).isInstanceOf(StoreException.class);
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void deletes() throws Exception {
        BackupStore chain = store.directory("web1/virtnbd.0");
        store.tree();

        chain.delete("vda.full.data");
        chain.delete("vda.full.data");

        assertThat(files).doesNotContainKey(FULL);
        assertThat(chain.files()).extracting(StoredFile::name).containsExactly("web1.virtnbd.0.json");
    }

    @Test
    void asksForTheFileThatItHasListed() throws Exception {
        answer = message -> message.setBody(List.of(Map.of("name", "a", "bytes", 3, "tag", "v1")));
        store.tree();
        answer = message -> body(message, new ByteArrayInputStream(
                message.getHeader(StoreHeaders.FILE_TAG, String.class).concat("!").getBytes()));

        assertThat(readAll(store, "a")).asString().isEqualTo("v1!");
    }

    @Test
    void endsWhenItsThreadIsInterrupted() {
        answer = message -> {
            Thread.currentThread().interrupt();
            throw new InterruptedException();
        };
        assertThatThrownBy(() -> store.open(FULL)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();

        answer = this::answer;
        assertThatThrownBy(() -> {
            store.tree();
            answer = message -> body(message, breaking(files.get(FULL), 10, new IOException("reset")));
            try (InputStream stream = store.open(FULL)) {
                Thread.currentThread().interrupt();
                stream.readAllBytes();
            }
        }).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void servesSeveralThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<byte[]>> readings = Collections.nCopies(40, () -> {
                store.tree();
                return readAll(store, FULL);
            });
            for (Future<byte[]> reading : threads.invokeAll(readings)) {
                assertThat(reading.get()).isEqualTo(files.get(FULL));
            }
            assertThat(requests).filteredOn(request -> request.startsWith("list")).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }
}
