/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The S3 sink with a server that speaks S3, over a network that fails. */
class S3SinkIT extends SinkContract {

    private S3Server server;
    private FaultyProxy proxy;

    @BeforeEach
    void startServer() throws Exception {
        server = new S3Server(directory.resolve("s3"));
        server.bucket("backups");
        proxy = new FaultyProxy(server.port());
    }

    @AfterEach
    void stopServer() throws Exception {
        proxy.close();
        server.close();
    }

    @Override
    protected String sink() {
        return "kamelet:virtnbd-s3-sink?bucket=backups&prefix=kvm1/&region=us-east-1&accessKey=" + S3Server.ACCESS_KEY
                + "&secretKey=" + S3Server.SECRET_KEY + "&overrideEndpoint=true&forcePathStyle=true"
                + "&uriEndpointOverride=http://127.0.0.1:" + proxy.port();
    }

    @Override
    protected void fetch(Path target) throws Exception {
        try (S3Client client = server.client()) {
            for (S3Object object : client.listObjectsV2Paginator(list -> list.bucket("backups")).contents()) {
                Path file = target.resolve(object.key().substring("kvm1/".length()));
                Files.createDirectories(file.getParent());
                client.getObject(get -> get.bucket("backups").key(object.key()), file);
            }
        }
    }

    @Override
    protected void disturbAfter(long bytes) {
        proxy.cutAfter(bytes, 1);
    }

    @Override
    protected int disturbances() {
        return proxy.faults();
    }

    @Override
    protected void breakAfter(long bytes) {
        proxy.refuseAfter(bytes);
    }

    @Override
    protected void repair() {
        proxy.heal();
    }
}
