/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server on the loopback interface that keeps the object KEY of a bucket in the file DIRECTORY/BUCKET/KEY. */
public final class S3Server implements AutoCloseable {

    public static final String ACCESS_KEY = "test-access-key";
    public static final String SECRET_KEY = "test-secret-key";

    private final Path directory;
    private final S3Proxy server;

    /**
     * Starts it, on a free port.
     *
     * @param directory is made if needed
     */
    public S3Server(Path directory) throws Exception {
        this(directory, 0);
    }

    /** Starts it on that port, where one may have been stopped. */
    public S3Server(Path directory, int port) throws Exception {
        this(directory, port, SECRET_KEY);
    }

    /** Starts it with another secret key than {@link #SECRET_KEY}. Its own {@link #client()} does not know it. */
    public S3Server(Path directory, int port, String secretKey) throws Exception {
        this.directory = Files.createDirectories(directory);
        server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(directory.toString()))
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, secretKey)
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
    }

    public int port() {
        return server.getPort();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Makes a bucket. */
    public Path bucket(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /** A client of the server. */
    public S3Client client() {
        return client(endpoint());
    }

    /** A client of a server of this kind. */
    public static S3Client client(URI endpoint) {
        return S3Client.builder().endpointOverride(endpoint).region(Region.US_EAST_1).forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY))).build();
    }

    /** Options of an aws2-s3 endpoint for a server at that address, a proxy's for example. */
    public static Map<String, String> options(URI endpoint) {
        Map<String, String> options = new HashMap<>();
        options.put("accessKey", ACCESS_KEY);
        options.put("secretKey", SECRET_KEY);
        options.put("region", "us-east-1");
        options.put("overrideEndpoint", "true");
        options.put("uriEndpointOverride", endpoint.toString());
        options.put("forcePathStyle", "true");
        return options;
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
