/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.virtnbd.camel.store.EndpointStore;
import io.virtnbd.camel.store.StoreException;
import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The store for S3. */
class S3StoreIT extends StoreContract {
    private S3Server server;
    private FaultyProxy proxy;

    @Override
    void startServer() throws Exception {
        server = new S3Server(directory.resolve("s3"));
        server.bucket("backups");
        proxy = new FaultyProxy(server.port());
    }

    @Override
    void stopServer() throws Exception {
        proxy.close();
        server.close();
    }

    @Override
    FaultyProxy proxy() {
        return proxy;
    }

    @Override
    String store() {
        return store("backups");
    }

    private String store(String bucket) {
        return "kamelet:virtnbd-s3-store?bucket=" + bucket + "&prefix=kvm1/&region=us-east-1&accessKey=" + S3Server.ACCESS_KEY
                + "&secretKey=" + S3Server.SECRET_KEY + "&overrideEndpoint=true&forcePathStyle=true"
                + "&uriEndpointOverride=http://127.0.0.1:" + proxy.port();
    }

    @Override
    Path kept() {
        return directory.resolve("s3/backups/kvm1");
    }

    @Override
    void replace(String name, byte[] bytes) {
        try (S3Client client = server.client()) {
            client.putObject(request -> request.bucket("backups").key("kvm1/" + name), RequestBody.fromBytes(bytes));
        }
    }

    @Test
    void namesABucketThatIsNotThere() {
        assertThatThrownBy(() -> new EndpointStore(camel(), store("nowhere")).tree()).hasMessageContaining("nowhere");
    }

    @Test
    void tellsThatAPrefixHasNoSlashAtItsEnd() {
        assertThatThrownBy(() -> new EndpointStore(camel(), store().replace("prefix=kvm1/", "prefix=kvm1")).tree())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("prefix is 'kvm1', and all keys go on with a slash: expected 'kvm1/'");
    }

    @Test
    void namesTheStoreWithoutItsKeys() {
        assertThatThrownBy(() -> new EndpointStore(camel(), store().replace("secretKey=", "secretKey=x")).tree())
                .isInstanceOf(StoreException.class).hasMessageStartingWith("kamelet:virtnbd-s3-store: list failed: bucket backups")
                .hasMessageNotContaining(S3Server.SECRET_KEY);
    }
}
