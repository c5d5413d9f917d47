/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.restore;

import io.virtnbd.routes.server.FaultyProxy;
import io.virtnbd.routes.server.S3Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Restores from a server that speaks S3. */
class S3RestoreIT extends NetworkRestoreContract {

    private S3Server server;
    private FaultyProxy proxy;

    @Override
    void startServer() throws Exception {
        server = new S3Server(shared.resolve("s3"));
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
    String sink() {
        return "kamelet:virtnbd-s3-sink?bucket=backups&prefix=kvm1/&region=us-east-1&accessKey=" + S3Server.ACCESS_KEY
                + "&secretKey=" + S3Server.SECRET_KEY + "&overrideEndpoint=true&forcePathStyle=true&uriEndpointOverride="
                + server.endpoint();
    }

    @Override
    String template() {
        return "virtnbd-restore-from-s3";
    }

    @Override
    Map<String, Object> store() {
        Map<String, Object> options = new LinkedHashMap<>(S3Server.options(URI.create("http://127.0.0.1:" + proxy.port())));
        options.put("useDefaultCredentialsProvider", "false");
        options.put("bucket", "backups");
        options.put("prefix", "kvm1/");
        return options;
    }

    @Override
    Path kept() {
        return shared.resolve("s3/backups/kvm1");
    }
}
