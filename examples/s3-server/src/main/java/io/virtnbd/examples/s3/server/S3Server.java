/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.examples.s3.server;

import io.virtnbd.examples.support.Example;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server in this process, on a free port of the loopback interface. It keeps the object KEY of a bucket in the file
 * {@code DIRECTORY/BUCKET/KEY}.
 */
public final class S3Server implements AutoCloseable {

    private static final String ACCESS_KEY = "demo-access-key";
    private static final String SECRET_KEY = "demo-secret-key";

    private final S3Proxy server;

    private S3Server(Path directory) throws Exception {
        server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(directory.toString()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
    }

    /** Starts one with a bucket in the example's output, where the user has not named a bucket of somebody else. */
    public static void start(Example example) throws Exception {
        if (example.isGiven("s3.bucket")) {
            return;
        }
        Path directory = example.output().path().resolve("s3");
        example.output().clear(directory);
        Files.createDirectories(directory.resolve("backups"));
        String endpoint = "http://127.0.0.1:" + example.closing(new S3Server(directory)).server.getPort();
        example.set("s3.bucket", "backups");
        example.set("s3.region", "us-east-1");
        example.set("s3.overrideEndpoint", true);
        example.set("s3.endpoint", endpoint);
        example.set("s3.forcePathStyle", true);
        example.set("s3.accessKey", ACCESS_KEY);
        example.set("s3.secretKey", SECRET_KEY);
        example.tell("S3 server", endpoint + ", with a bucket in " + example.output().name().resolve("s3/backups"));
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
