/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import io.virtnbd.routes.sink.SinkRoutes.Made;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The S3 sink with a server that speaks S3, over a network that fails. */
class S3SinkIT extends SinkContract {

    private S3Server server;
    private FaultyProxy proxy;
    private int port;

    @BeforeEach
    void startServer() throws Exception {
        server = new S3Server(directory.resolve("s3"));
        server.bucket("backups");
        port = server.port();
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

    /** The server ends, and begins again with what it has stored. */
    @Override
    protected void outage() throws Exception {
        server.close();
    }

    @Override
    protected void repair() throws Exception {
        proxy.heal();
        server.close();
        server = new S3Server(directory.resolve("s3"), port);
    }

    @Test
    void failsWhenTheServerAnswersThatItCannot() throws Exception {
        try (SinkRoutes routes = new SinkRoutes(domain.name(), options(), sink(), 1)) {
            Made full = routes.backUp("full");
            Map<String, Path> atFull = content();
            guest.work(15);
            proxy.answer(503, Integer.MAX_VALUE);
            assertThat(routes.tryBackUp("inc").getException()).isNotNull();
            assertThat(routes.redeliveries()).isOne();
            proxy.heal();
            assertThat(checkpoints()).containsExactly(full.checkpoint());
            assertRestores(routes, fetch(), full, atFull);
            assertRestores(routes, fetch(), routes.backUp("inc"), content());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void deliversAgainWhatTheServerCouldNotTake(int status) throws Exception {
        try (SinkRoutes routes = routes()) {
            routes.backUp("full");
            guest.work(15);
            proxy.answer(status, 3);
            Made increment = routes.backUp("inc");
            assertThat(proxy.faults()).isEqualTo(3);
            assertRestores(routes, fetch(), increment, content());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compression: none", "compression: lz4"})
    void takesSegmentsSideBySide(String compression) throws Exception {
        try (SinkRoutes routes = new SinkRoutes(domain.name(), compression + "\nunit: segment\nsegmentSize: 1m", sink(), 6,
                "parallelProcessing: true")) {
            routes.backUp("full");
            guest.work(15);
            disturbAfter(random.nextLong(2 << 20));
            Made increment = routes.backUp("inc");
            assertThat(disturbances()).isOne();
            assertRestores(routes, fetch(), increment, content());
        }
    }
}
