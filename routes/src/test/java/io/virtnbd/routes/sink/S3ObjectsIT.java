/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.VirtNbdConstants;
import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What the S3 sink makes of single messages. */
class S3ObjectsIT {

    private static final int MIB = 1 << 20;
    private static final String BUCKET = "backups";

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
                new org.apache.camel.support.SimpleTypeConverter(false, (type, exchange, value) -> ((Body) value).open()));
        camel.start();
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
        client.close();
        proxy.close();
        server.close();
    }

    private Exchange send(String options, Map<String, Object> headers, Object body) {
        return camel.createProducerTemplate().send("kamelet:virtnbd-s3-sink?bucket=backups&region=us-east-1&accessKey="
                + S3Server.ACCESS_KEY + "&secretKey=" + S3Server.SECRET_KEY + "&overrideEndpoint=true&forcePathStyle=true"
                + "&uriEndpointOverride=http://127.0.0.1:" + proxy.port() + options, exchange -> {
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

    /** A body that is read from its start each time, and is no stream to Camel, as those of a backup. */
    record Body(byte[] content, int failAt, Runnable whenFailing) {

        InputStream open() {
            return new InputStream() {
                private int at;

                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    if (at >= failAt) {
                        whenFailing.run();
                        at = at;
                    }
                    int n = Math.min(length, Math.min(content.length, at < failAt ? failAt : content.length) - at);
                    if (n == 0) {
                        return -1;
                    }
                    System.arraycopy(content, at, target, offset, n);
                    at += n;
                    return n;
                }
            };
        }
    }

    static Body stream(byte[] content, int failAt) {
        return new Body(content, failAt, () -> { throw new java.io.UncheckedIOException(new IOException("the disk cannot be read")); });
    }

    private List<S3Object> objects() {
        return client.listObjectsV2(list -> list.bucket(BUCKET)).contents();
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    @Test
    void probe() {
        for (String name : new String[] {"vm1", "a b,c", "b\u00fcro", "it's", "x'y\"z", "a$b", "a(b)"}) {
            byte[] content = content(3000);
            Exchange exchange = send("", headers(name, "disk", "vda.full.data", 3000L), stream(content, 1 << 30));
            System.out.println("PROBE " + name + " -> " + exchange.getException());
            try {
                HeadObjectResponse head = client.headObject(h -> h.bucket(BUCKET).key(name + "/virtnbd.0/vda.full.data"));
                System.out.println("PROBE meta " + head.metadata());
            } catch (Exception e) {
                System.out.println("PROBE no " + e);
            }
        }
        System.out.println("PROBE again " + send("", headers("vm1", "disk", "vda.full.data", 3000L), stream(content(3000), 1 << 30)).getException());
        System.out.println("PROBE over " + send("&fileExist=Override", headers("vm1", "disk", "vda.full.data", 3000L), stream(content(3000), 1 << 30)).getException());
        System.out.println("PROBE side " + send("", headers("vm1", "domainXml", "vm.xml", 3000L), stream(content(3000), 1 << 30)).getException());
        System.out.println("PROBE side " + client.headObject(h -> h.bucket(BUCKET).key("vm1/virtnbd.0/vm.xml")).metadata());
        System.out.println("PROBE nolength " + send("", headers("vm1", "disk", "vda2.full.data", null), stream(content(3000), 1 << 30)).getException());
        System.out.println("PROBE manifest " + send("", headers("vm1", "manifest", "m.json", null), stream(content(3000), 1 << 30)).getException());
        System.out.println("PROBE big " + send("", headers("vm1", "disk", "vda3.full.data", 6000000000000L), stream(content(3000), 1 << 30)).getException());
        System.out.println("PROBE none " + send("", Map.of(), "x").getException());
        String parts = "&partSize=5242880";
        System.out.println("PROBE multi " + send(parts, headers("vm1", "disk", "multi", 23L * MIB), stream(content(23 * MIB), 1 << 30)).getException());
        System.out.println("PROBE multi again " + send(parts, headers("vm1", "disk", "multi", 23L * MIB), stream(content(23 * MIB), 1 << 30)).getException());
        System.out.println("PROBE multi " + client.headObject(h -> h.bucket(BUCKET).key("vm1/virtnbd.0/multi")));
        System.out.println("PROBE multi fail " + send(parts, headers("vm1", "disk", "fail", 23L * MIB), stream(content(23 * MIB), 12 * MIB)).getException());
        System.out.println("PROBE multi short " + send(parts, headers("vm1", "disk", "short", 24L * MIB), stream(content(23 * MIB), 1 << 30)).getException());
        System.out.println("PROBE single fail " + send("", headers("vm1", "disk", "fail1", 23L * MIB), stream(content(23 * MIB), 12 * MIB)).getException());
        System.out.println("PROBE single short " + send("", headers("vm1", "disk", "short1", 24L * MIB), stream(content(23 * MIB), 1 << 30)).getException());
        for (int status : new int[] {500, 503, 403}) {
            proxy.answer(status, 1);
            System.out.println("PROBE " + status + " single " + send("", headers("vm1", "disk", "f" + status, 23L * MIB), stream(content(23 * MIB), 1 << 30)).getException());
        }
        for (long at : new long[] {100, 3 * MIB, 12 * MIB}) {
            proxy.heal(); proxy.cutAfter(at, 1);
            Exchange e = send(parts, headers("vm1", "disk", "cut" + at, 23L * MIB), stream(content(23 * MIB), 1 << 30));
            System.out.println("PROBE cut " + at + " multi " + e.getException() + " cause " + (e.getException() == null ? "" : e.getException().getCause()));
            proxy.heal();
        }
        for (int status : new int[] {500, 503}) {
            Exchange e = send(parts, headers("vm1", "disk", "mid" + status, 23L * MIB), new Body(content(23 * MIB), 12 * MIB, new Runnable() {
                boolean done;
                @Override public void run() { if (!done) { done = true; proxy.answer(status, 1); } }
            }));
            System.out.println("PROBE mid " + status + " " + e.getException() + " cause " + (e.getException() == null ? "" : e.getException().getCause()) + java.util.Arrays.toString(e.getException() == null ? new Throwable[0] : e.getException().getSuppressed()));
            proxy.heal();
        }
        System.out.println("PROBE uploads " + client.listMultipartUploads(l -> l.bucket(BUCKET)).uploads());
        objects().forEach(o -> System.out.println("PROBE object " + o.key() + " " + o.size()));
    }
}
