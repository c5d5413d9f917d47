/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.SimpleTypeConverter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What the S3 sink makes of single messages. */
class S3ObjectsIT {

    private static final int MIB = 1 << 20;
    private static final String BUCKET = "backups";
    /** Options for parts of 5 MiB, the least that S3 takes. */
    private static final String PARTS = "&partSize=5242880";
    private static final long LARGEST = 5L << 40;

    @TempDir
    private Path directory;
    private S3Server server;
    private FaultyProxy proxy;
    private S3Client client;
    private final CamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void start() throws Exception {
        server = new S3Server(directory);
        server.bucket(BUCKET);
        proxy = new FaultyProxy(server.port());
        client = server.client();
        camel.getTypeConverterRegistry().addTypeConverter(InputStream.class, Body.class,
                new SimpleTypeConverter(false, (type, exchange, value) -> ((Body) value).open()));
        camel.start();
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
        client.close();
        proxy.close();
        server.close();
    }

    private String uri(String options) {
        StringBuilder uri = new StringBuilder("kamelet:virtnbd-s3-sink?bucket=" + BUCKET + options);
        S3Server.options(URI.create("http://127.0.0.1:" + proxy.port()))
                .forEach((key, value) -> uri.append('&').append(key).append('=').append(value));
        return uri.toString();
    }

    private Exchange send(String options, Map<String, Object> headers, Body body) {
        return camel.createProducerTemplate().send(uri(options), exchange -> {
            exchange.getMessage().setHeaders(new HashMap<>(headers));
            exchange.getMessage().setBody(body);
        });
    }

    private static Map<String, Object> headers(String domain, String artifact, String file, Long length) {
        Map<String, Object> headers = new HashMap<>();
        headers.put(VirtNbdConstants.DOMAIN, domain);
        headers.put(VirtNbdConstants.CHAIN, "virtnbd.0");
        headers.put(VirtNbdConstants.FILE_NAME, file);
        headers.put(VirtNbdConstants.ARTIFACT, artifact);
        headers.put(VirtNbdConstants.LEVEL, "full");
        headers.put(VirtNbdConstants.CHECKPOINT, "virtnbd.0");
        headers.put(VirtNbdConstants.PARENT_CHECKPOINT, "");
        if (artifact.equals("disk")) {
            headers.put(VirtNbdConstants.DISK, "vda");
        }
        if (length != null) {
            headers.put(VirtNbdConstants.CONTENT_LENGTH, length);
        }
        return headers;
    }

    /** A body that is read from its start each time, and is no stream to Camel, as those of a backup are. */
    private record Body(byte[] content, int pauseAt, Runnable pause) {

        InputStream open() {
            return new InputStream() {
                private int at;

                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] target, int offset, int length) {
                    if (at == pauseAt) {
                        pause.run();
                    }
                    int count = Math.min(length, (at < pauseAt ? pauseAt : content.length) - at);
                    if (count == 0) {
                        return -1;
                    }
                    System.arraycopy(content, at, target, offset, count);
                    at += count;
                    return count;
                }
            };
        }
    }

    private static Body body(byte[] content) {
        return new Body(content, content.length, () -> { });
    }

    private static Body failing(byte[] content, int at) {
        return new Body(content, at, () -> {
            throw new UncheckedIOException(new IOException("the disk cannot be read"));
        });
    }

    private List<S3Object> objects() {
        return client.listObjectsV2(list -> list.bucket(BUCKET)).contents();
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private byte[] object(String key) {
        return client.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asByteArray();
    }

    private Map<String, String> metadata(String key) {
        return client.headObject(head -> head.bucket(BUCKET).key(key)).metadata();
    }

    /** Not at once: the server lists its own temporary files, until it has seen that the connection is gone. */
    private void assertNothingThere() {
        Awaitility.await().untilAsserted(() -> {
            assertThat(objects()).isEmpty();
            assertThat(client.listMultipartUploads(list -> list.bucket(BUCKET)).uploads()).isEmpty();
        });
    }

    @Test
    void saysInMetadataWhatAnObjectIs() {
        byte[] content = content(3000);
        assertThat(send("&prefix=kvm1/", headers("web 1, old", "disk", "vda.full.data", 3000L), body(content)).getException())
                .isNull();
        String key = "kvm1/web 1, old/virtnbd.0/vda.full.data";
        assertThat(object(key)).isEqualTo(content);
        assertThat(metadata(key)).isEqualTo(Map.of("virtnbd-domain", "web 1, old", "virtnbd-chain", "virtnbd.0", "virtnbd-disk",
                "vda", "virtnbd-artifact", "disk", "virtnbd-level", "full", "virtnbd-checkpoint", "virtnbd.0",
                "virtnbd-parent-checkpoint", ""));
        assertThat(send("", headers("b\u00fcro", "domainXml", "vmconfig.xml", 3000L), body(content)).getException()).isNull();
        assertThat(metadata("b\u00fcro/virtnbd.0/vmconfig.xml")).containsEntry("virtnbd-artifact", "domainXml")
                .doesNotContainKeys("virtnbd-domain", "virtnbd-disk");
    }

    @Test
    void takesManifestsWhoseLengthIsNotKnown() {
        byte[] content = content(3000);
        assertThat(send("", headers("vm1", "manifest", "vm1.virtnbd.0.json", null), body(content)).getException()).isNull();
        assertThat(object("vm1/virtnbd.0/vm1.virtnbd.0.json")).isEqualTo(content);
    }

    @Test
    void refusesWhatCannotBecomeAnObjectBeforeItIsRead() {
        Body unread = failing(new byte[1], 0);
        assertThat(send("", headers("vm1", "disk", "vda.full.data", null), unread).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("vda.full.data of vm1", "CamelVirtNbdContentLength", "unit=segment");
        assertThat(send("", headers("vm1", "disk", "vda.full.data", LARGEST + 1), unread).getException())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll("" + (LARGEST + 1), "unit=segment");
        assertThat(send("", Map.of(VirtNbdConstants.CONTENT_LENGTH, 1L), unread).getException())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected a message of a backup");
        assertThat(send("&fileExist=Override", headers("vm1", "frame", "vda.full.data", 1L), unread).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("virtnbd-s3-sink got a frame of vda.full.data of vm1", "unit=segment");
        assertNothingThere();
    }

    @Test
    void hasPartsThatSufficeForTheLargestObject() throws Exception {
        String kamelet = new String(getClass().getResourceAsStream("/kamelets/virtnbd-s3-sink.kamelet.yaml").readAllBytes(),
                StandardCharsets.UTF_8);
        Matcher size = Pattern.compile("partSize:.*?default: (\\d+)", Pattern.DOTALL).matcher(kamelet);
        assertThat(size.find()).isTrue();
        assertThat(LARGEST / Long.parseLong(size.group(1)) + 1).isLessThanOrEqualTo(10_000);
        assertThat(kamelet).contains("CamelVirtNbdContentLength} > " + LARGEST);
    }

    @Test
    void replacesAnObjectOnlyWhereItIsToldTo() {
        Map<String, Object> headers = headers("vm1", "disk", "vda.full.data", 3000L);
        byte[] first = content(3000);
        assertThat(send("", headers, body(first)).getException()).isNull();
        byte[] second = new byte[3000];
        assertThat(send("", headers, body(second)).getException()).isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("backups", "vm1/virtnbd.0/vda.full.data");
        assertThat(object("vm1/virtnbd.0/vda.full.data")).isEqualTo(first);
        assertThat(send("&fileExist=Override", headers, body(second)).getException()).isNull();
        assertThat(object("vm1/virtnbd.0/vda.full.data")).isEqualTo(second);
    }

    @Test
    void takesAKeyThatAnotherBeginsWith() {
        client.putObject(put -> put.bucket(BUCKET).key("vm1/virtnbd.0/vda.full.data.pgp"), RequestBody.fromBytes(content(10)));
        Map<String, Object> headers = headers("vm1", "disk", "vda.full.data", 3000L);
        assertThat(send("", headers, body(content(3000))).getException()).isNull();
        assertThat(send("", headers, body(content(3000))).getException()).isInstanceOf(IllegalStateException.class);
        assertThat(object("vm1/virtnbd.0/vda.full.data.pgp")).isEqualTo(content(10));
    }

    /** That the key was free in the one says nothing of the other. */
    @Test
    void looksInEachOfTwoStoresWhoseBucketsHaveOneName() throws Exception {
        try (S3Server other = new S3Server(directory.resolve("other")); S3Client otherClient = other.client()) {
            other.bucket(BUCKET);
            otherClient.putObject(put -> put.bucket(BUCKET).key("vm1/virtnbd.0/vda.full.data"),
                    RequestBody.fromBytes(content(10)));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:both").to(uri("")).to(uri("").replace(":" + proxy.port(), ":" + other.port()));
                }
            });
            Exchange exchange = camel.createProducerTemplate().send("direct:both", message -> {
                message.getMessage().setHeaders(headers("vm1", "disk", "vda.full.data", 3000L));
                message.getMessage().setBody(body(content(3000)));
            });
            assertThat(exchange.getException()).isInstanceOf(IllegalStateException.class);
            assertThat(object("vm1/virtnbd.0/vda.full.data")).isEqualTo(content(3000));
            assertThat(otherClient.getObjectAsBytes(get -> get.bucket(BUCKET).key("vm1/virtnbd.0/vda.full.data")).asByteArray())
                    .isEqualTo(content(10));
        }
    }

    @Test
    void keepsAFileThatIsEmpty() {
        assertThat(send("", headers("vm1", "hostFile", "empty", 0L), body(new byte[0])).getException()).isNull();
        assertThat(object("vm1/virtnbd.0/empty")).isEmpty();
    }

    @Test
    void obeysNoHeadersOfOtherSteps() {
        Map<String, Object> headers = headers("vm1", "disk", "vda.full.data", 3000L);
        headers.put("CamelAwsS3Operation", "deleteBucket");
        headers.put("CamelAwsS3OverrideBucketName", "other");
        headers.put("CamelAwsS3Key", "other");
        headers.put("CamelAwsS3ContentLength", 10L);
        byte[] content = content(3000);
        assertThat(send("", headers, body(content)).getException()).isNull();
        assertThat(object("vm1/virtnbd.0/vda.full.data")).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PARTS})
    void leavesNothingOfABodyThatCannotBeReadToItsEnd(String options) {
        byte[] content = content(23 * MIB);
        Map<String, Object> headers = headers("vm1", "disk", "vda.full.data", (long) content.length);
        assertThat(send(options, headers, failing(content, 12 * MIB)).getException())
                .hasRootCauseMessage("the disk cannot be read");
        assertNothingThere();
        headers.put(VirtNbdConstants.CONTENT_LENGTH, content.length + 1L);
        assertThat(send(options, headers, body(content)).getException()).hasMessageContaining("fewer bytes");
        assertNothingThere();
    }

    /** The SDK cannot repeat a request whose body is a stream, and must not send the rest of the stream in its place. */
    @ParameterizedTest
    @CsvSource({"'', 500", "'', 503", "'', 0", "'" + PARTS + "', 500", "'" + PARTS + "', 503", "'" + PARTS + "', 0"})
    void failsWhereTheServerDoesInTheMiddleAndDeliversAgain(String options, int status) {
        byte[] content = content(23 * MIB);
        AtomicBoolean first = new AtomicBoolean(true);
        Body body = new Body(content, 12 * MIB, () -> {
            if (first.getAndSet(false)) {
                if (status == 0) {
                    proxy.cutAfter(0, 1);
                } else {
                    proxy.answer(status, 1);
                }
            }
        });
        Map<String, Object> headers = headers("vm1", "disk", "vda.full.data", (long) content.length);
        assertThat(send(options, headers, body).getException()).isNotNull();
        assertNothingThere();
        assertThat(send(options, headers, body).getException()).isNull();
        assertThat(object("vm1/virtnbd.0/vda.full.data")).isEqualTo(content);
    }

    /** The object is there, and nobody was told. */
    @Test
    void deliversAgainWhereAnAnswerWasLost() throws Exception {
        byte[] content = content(3000);
        Map<String, Object> headers = headers("vm1", "disk", "vda.full.data", 3000L);
        AtomicBoolean first = new AtomicBoolean(true);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(100));
                from("direct:keep").to(uri(""));
            }
        });
        Body body = new Body(content, 1000, () -> {
            if (first.getAndSet(false)) { // when the key was found to be free
                client.putObject(put -> put.bucket(BUCKET).key("vm1/virtnbd.0/vda.full.data"), RequestBody.fromBytes(content));
                proxy.answer(500, 1);
            }
        });
        Exchange exchange = camel.createProducerTemplate().send("direct:keep", message -> {
            message.getMessage().setHeaders(headers);
            message.getMessage().setBody(body);
        });
        assertThat(exchange.getException()).isNull();
        assertThat(first).isFalse();
        assertThat(object("vm1/virtnbd.0/vda.full.data")).isEqualTo(content);
    }
}
