/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.virtnbd.camel.header.VirtNbdConstants;
import io.virtnbd.routes.server.S3Server;
import io.virtnbd.testing.RequiresTools;
import io.virtnbd.testing.SshServer;
import io.virtnbd.testing.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of parameters arrive as they are, also those with characters that mean something in a URI. */
class SinkParametersIT {

    /** Keys of AWS have '+' and '/' often. */
    private static final String SECRET = "a+b/c%2Bd&e=f g'h\"i$j#k?l;m(n)o";
    private static final String DOMAIN = "web, (1) \u00e4 100% %41 +&='q' \"z\" $1";
    private static final String FILE = DOMAIN + "/virtnbd.0/vmconfig.virtnbd.0.xml";
    private static final String CONTENT = "content";

    private static final String AS_PARAMETER = """
            - route:
                from:
                  uri: direct:deliver
                  steps:
                    - to:
                        uri: kamelet:virtnbd-s3-sink
                        parameters:
                          bucket: backups
                          prefix: "RAW({{s3.prefix}})"
                          region: us-east-1
                          accessKey: "{{s3.access}}"
                          secretKey: "%s"
                          overrideEndpoint: true
                          uriEndpointOverride: "{{s3.endpoint}}"
                          forcePathStyle: true
            """;
    private static final String URI = "kamelet:virtnbd-s3-sink?bucket=backups&prefix=RAW({{s3.prefix}})&region=us-east-1"
            + "&accessKey={{s3.access}}&secretKey=RAW({{s3.secret}})&overrideEndpoint=true&forcePathStyle=true"
            + "&uriEndpointOverride={{s3.endpoint}}";
    private static final String ROUTE = """
            - route:
                from:
                  uri: direct:deliver
                  steps:
                    - to: "%s"
            """;
    private static final String FAN_OUT = """
            - templatedRoute:
                routeTemplateRef: virtnbd-fan-out
                parameters:
                  - name: name
                    value: deliver
                  - name: maximumRedeliveries
                    value: 0
                  - name: first
                    value: "%s"
                  - name: second
                    value: log:second
            """;

    @TempDir
    private Path directory;

    /** Delivers a message of that domain, by a program with that YAML. */
    private Exchange deliver(String yaml, Map<String, String> properties, String domain) throws Exception {
        Path file = Files.writeString(directory.resolve("routes.yaml"), yaml);
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*,file:" + file);
        properties.forEach(main::addInitialProperty);
        main.start();
        try {
            return main.getCamelTemplate().send("direct:deliver", exchange -> {
                exchange.getMessage().setHeaders(new HashMap<>(Map.of(VirtNbdConstants.DOMAIN, domain,
                        VirtNbdConstants.CHAIN, "virtnbd.0", VirtNbdConstants.FILE_NAME, "vmconfig.virtnbd.0.xml",
                        VirtNbdConstants.ARTIFACT, "domain-xml", VirtNbdConstants.CONTENT_LENGTH, (long) CONTENT.length())));
                exchange.getMessage().setBody(CONTENT);
            });
        } finally {
            main.stop();
        }
    }

    @Test
    void theFileSinkTakesAnyDirectory() throws Exception {
        Path target = directory.resolve("back ups+1/M\u00fcnchen 100% #a;b(c)");
        Exchange delivered = deliver(ROUTE.formatted("kamelet:virtnbd-file-sink?directory=RAW({{target}})"),
                Map.of("target", target.toString()), DOMAIN);

        assertThat(delivered.getException()).isNull();
        assertThat(target.resolve(FILE)).hasContent(CONTENT);
    }

    /** The passphrase goes the way that a password does. */
    @Test
    @RequiresTools({"sshd", "ssh-keygen"})
    void theSftpSinkTakesAnyDirectoryAndPassphrase() throws Exception {
        try (SshServer server = new SshServer(Files.createDirectory(directory.resolve("home")))) {
            Tool.run("ssh-keygen", "-q", "-p", "-N", SECRET, "-f", server.key().toString());
            String target = "back ups+1/M\u00fcnchen 100% ;b(c)";
            Path key = Files.move(server.key(), directory.resolve("the key + 100%"));
            Exchange delivered = deliver(ROUTE.formatted("kamelet:virtnbd-sftp-sink?host=127.0.0.1&port=" + server.port()
                    + "&username=root&directory=RAW({{target}})&privateKeyFile=RAW({{key}})&knownHostsFile="
                    + server.knownHosts() + "&privateKeyPassphrase=RAW({{passphrase}})"),
                    Map.of("target", target, "key", key.toString(), "passphrase", SECRET), DOMAIN);

            assertThat(delivered.getException()).isNull();
            assertThat(directory.resolve("home").resolve(target).resolve(FILE)).hasContent(CONTENT);
        }
    }

    private static String yaml(String how) {
        return switch (how) {
            case "parameter" -> AS_PARAMETER.formatted("RAW({{s3.secret}})");
            case "literal parameter" -> AS_PARAMETER.formatted("RAW(" + SECRET.replace("\"", "\\\"") + ")");
            case "uri" -> ROUTE.formatted(URI);
            case "literal uri" -> ROUTE.formatted(URI.replace("{{s3.secret}}", SECRET.replace("\"", "\\\"")));
            case "job" -> FAN_OUT.formatted(URI);
            case "properties" -> ROUTE.formatted("kamelet:virtnbd-s3-sink");
            default -> throw new IllegalArgumentException(how);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"parameter", "literal parameter", "uri", "literal uri", "job", "properties"})
    void theS3SinkSignsWithTheSecretKeyAsItIs(String how) throws Exception {
        try (S3Server server = new S3Server(directory.resolve("s3"), 0, SECRET)) {
            Path bucket = server.bucket("backups");
            String prefix = "kvm 1/M\u00fcnchen+a&b/";
            Map<String, String> properties = how.equals("properties")
                    ? Map.of("camel.kamelet.virtnbd-s3-sink.bucket", "backups",
                            "camel.kamelet.virtnbd-s3-sink.prefix", prefix,
                            "camel.kamelet.virtnbd-s3-sink.region", "us-east-1",
                            "camel.kamelet.virtnbd-s3-sink.accessKey", S3Server.ACCESS_KEY,
                            "camel.kamelet.virtnbd-s3-sink.secretKey", SECRET,
                            "camel.kamelet.virtnbd-s3-sink.overrideEndpoint", "true",
                            "camel.kamelet.virtnbd-s3-sink.uriEndpointOverride", server.endpoint().toString(),
                            "camel.kamelet.virtnbd-s3-sink.forcePathStyle", "true")
                    : Map.of("s3.secret", SECRET, "s3.access", S3Server.ACCESS_KEY, "s3.prefix", prefix,
                            "s3.endpoint", server.endpoint().toString());
            Exchange delivered = deliver(yaml(how), properties, DOMAIN);

            assertThat(delivered.getException()).isNull();
            assertThat(bucket.resolve(prefix + FILE)).hasContent(CONTENT);
        }
    }
}
